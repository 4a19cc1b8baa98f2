"""Errands: done beside everything else, ended in order."""

import threading

from fulgurite.errors import StoreError
from fulgurite.service.errands import Errands


def test_every_errand_is_done_and_the_end_is_told() -> None:
    done: list[str] = []
    enough = threading.Event()
    broken = threading.Event()

    def first() -> bool:
        done.append("first")
        return len(done) < 5

    def second() -> bool:
        done.append("second")
        if done.count("second") >= 3:
            enough.set()
        return False

    with Errands((first, second), break_off=broken.set, threads=1, poll_s=0.01):
        assert enough.wait(60)
        assert not broken.is_set()
    assert broken.is_set()
    count = len(done)
    assert set(done) == {"first", "second"}
    assert len(done) == count


def test_a_store_in_trouble_is_asked_again() -> None:
    calls: list[int] = []
    again = threading.Event()

    def errand() -> bool:
        calls.append(1)
        if len(calls) > 1:
            again.set()
            return False
        raise StoreError("full")

    with Errands((errand,), threads=1, poll_s=0.01):
        assert again.wait(60)

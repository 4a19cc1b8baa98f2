"""The LMDB index: one environment a process, whole transactions, none after fork."""

import os
import threading
from pathlib import Path

import pytest

from fulgurite.errors import StoreError
from fulgurite.store import index as environments
from fulgurite.store.index import NOTHING, Found, Index
from tests.store.processes import started

ONE, OTHER = bytes(range(12)), bytes(range(1, 13))


def _filled(index: Index) -> None:
    with index.write() as changes:
        changes.set_hash(b"m" * 16, ONE, OTHER)
        changes.set_hash(b"s" * 20, NOTHING, OTHER)
        changes.set_hash(b"x" * 32, NOTHING, NOTHING)
        changes.set_body(ONE, "0123456789abcdef", b"gzipped")
        changes.set_key(b"k" * 32, b"{}")


def test_what_was_put_is_found(tmp_path: Path) -> None:
    index = Index(tmp_path / "index")
    _filled(index)
    assert index.found(b"m" * 16) == Found(b"0123456789abcdef", b"gzipped", OTHER)
    assert index.found(b"s" * 20) == Found(b"", b"", OTHER)
    assert index.found(b"x" * 32) == Found(b"", b"", NOTHING)
    assert index.found(b"y" * 32) is None
    assert index.body(ONE) == Found(b"0123456789abcdef", b"gzipped", NOTHING)
    assert index.body(OTHER) is None
    assert index.key(b"k" * 32) == b"{}"
    index.close()


def test_what_was_forgotten_is_not_found(tmp_path: Path) -> None:
    index = Index(tmp_path / "index")
    _filled(index)
    with index.write() as changes:
        changes.forget_hash(b"m" * 16)
        changes.forget_key(b"k" * 32)
        changes.forget_key(b"z" * 32)
    assert index.found(b"m" * 16) is None
    assert index.key(b"k" * 32) is None
    with index.write() as changes:
        changes.clear("abc")
    assert index.found(b"s" * 20) is None
    assert index.body(ONE) is None
    assert index.store_id() == "abc"
    index.close()


def test_a_transaction_that_fails_changes_nothing(tmp_path: Path) -> None:
    index = Index(tmp_path / "index")

    def change() -> None:
        with index.write() as changes:
            changes.set_hash(b"m" * 16, ONE, OTHER)
            raise KeyError

    with pytest.raises(KeyError):
        change()
    assert index.found(b"m" * 16) is None
    index.close()


def test_stores_of_one_process_share_the_environment(tmp_path: Path) -> None:
    one = environments.shared(tmp_path / "index")
    assert environments.shared(tmp_path / "." / "index") is one
    environments.release(tmp_path / "index")
    _filled(one)
    environments.release(tmp_path / "index")
    with pytest.raises(StoreError, match="closed"):
        one.found(b"m" * 16)
    again = environments.shared(tmp_path / "index")
    assert again is not one
    assert again.found(b"m" * 16) is not None
    environments.release(tmp_path / "index")


def test_a_forked_child_cannot_use_it(tmp_path: Path) -> None:
    index = environments.shared(tmp_path / "index")
    _filled(index)
    child = os.fork()
    if child == 0:
        os._exit(_refusals(index, tmp_path / "index"))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert index.found(b"m" * 16) is not None
    environments.release(tmp_path / "index")


def _refusals(index: Index, folder: Path) -> int:
    """How many of the two ways to the index are closed in a forked child."""
    refused = 0
    for attempt in (lambda: index.found(b"m" * 16), lambda: environments.shared(folder)):
        try:
            attempt()
        except StoreError:
            refused += 1
    return refused


def test_a_process_with_little_address_space_can_open_it(tmp_path: Path) -> None:
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "from fulgurite.store.index import Index\n"
        "index = Index(Path(sys.argv[1]))\n"
        "with index.write() as changes:\n"
        "    changes.set_key(b'k' * 32, b'{}')\n"
        "print(index.key(b'k' * 32))\n"
    )
    assert started(script, tmp_path / "index").communicate()[0] == b"b'{}'\n"
    index = Index(tmp_path / "index")
    assert index.key(b"k" * 32) == b"{}"
    index.close()


def test_readers_see_whole_transactions_only(tmp_path: Path) -> None:
    index = Index(tmp_path / "index")
    _filled(index)
    torn: list[Found] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            found = index.found(b"m" * 16)
            if found is not None and found.gzipped != found.running * 1000:
                torn.append(found)

    def write(number: int) -> None:
        running = number.to_bytes(12, "big")
        with index.write() as changes:
            changes.set_hash(b"m" * 16, ONE, running)
            changes.set_body(ONE, "0123456789abcdef", running * 1000)

    write(0)
    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 100):
        write(number)
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []
    index.close()


def test_many_files_are_told_at_once(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.lmdb")
    with index.write() as changes:
        changes.set_hash(b"a" * 16, b"1" * 12, NOTHING, score=7, requested_us=-5)
        changes.set_hash(b"b" * 32, NOTHING, b"2" * 12)
    told = index.summaries([b"b" * 32, b"c" * 32, b"a" * 16, b"a" * 16])
    assert told[1] is None
    assert [(one.last, one.running, one.score, one.requested_us) for one in told if one is not None] == [
        (NOTHING, b"2" * 12, 0, 0),
        (b"1" * 12, NOTHING, 7, -5),
        (b"1" * 12, NOTHING, 7, -5),
    ]
    index.close()


def test_analysed_files_between_two_digests(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.lmdb")
    with index.write() as changes:
        for first in range(8):
            changes.set_hash(bytes([first]) * 32, b"1" * 12, NOTHING, score=first)
            changes.set_hash(bytes([first]) * 16, b"1" * 12, NOTHING)
        changes.set_hash(bytes([3]) * 31 + b"\xff", NOTHING, b"2" * 12)
    between = bytes([2]) * 32, bytes([5]) * 32
    assert [summary.score for _, summary in index.analysed_from(*between, 10)] == [2, 3, 4, 5]
    assert [summary.score for _, summary in index.analysed_from(*between, 3)] == [2, 3, 4]
    assert index.analysed_from(b"\xff" * 32, b"\xff" * 32, 10) == []
    index.close()


def test_an_index_of_another_layout_belongs_to_nobody(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.lmdb")
    assert index.store_id() is None
    with index.write() as changes:
        changes.clear("abc")
    assert index.store_id() == "abc"
    with index._environment.begin(write=True) as transaction:
        transaction.put(b"store", b"abc", db=index.meta)
    assert index.store_id() is None
    index.close()

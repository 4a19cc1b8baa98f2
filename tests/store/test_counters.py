"""Counters that processes share."""

import os
import resource
import signal
from pathlib import Path

import pytest

from fulgurite.errors import StoreError, StoreFull
from fulgurite.store import counters
from fulgurite.store.counters import COLUMNS, FREE, Counters
from tests.store import processes


def test_each_counts_in_a_column_of_its_own_and_all_see_all(tmp_path: Path) -> None:
    one, two = Counters(tmp_path / "c"), Counters(tmp_path / "c")
    assert (one.own, two.own) == (FREE, FREE + 1)
    for number in (0, 1, 63, 64, 100_000):
        one.row(number)[one.own] += 2
        two.row(number)[two.own] += 3
        two.row(number)[0] = -number
        assert sum(one.row(number)[FREE:]) == 5
        assert one.row(number)[0] == -number
        assert len(one.row(number)) == FREE + COLUMNS
    one.close()
    two.close()


def test_a_column_is_taken_up_where_it_was_left(tmp_path: Path) -> None:
    first = Counters(tmp_path)
    first.row(1)[first.own] += 5
    first.close()
    again = Counters(tmp_path)
    assert again.row(1)[again.own] == 5
    again.close()


def test_there_are_only_so_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "COLUMNS", 2)
    many = [Counters(tmp_path) for _ in range(3)]
    assert [one.own for one in many[:2]] == [FREE, FREE + 1]
    with pytest.raises(StoreError, match="more than 2 processes"):
        _ = many[2].own
    many[0].close()
    assert many[2].own == FREE
    for one in many:
        one.close()


ADDING = """
import sys
from pathlib import Path
from fulgurite.store.counters import Counters
own = Counters(Path(sys.argv[1]))
row = own.row(1)
for _ in range(2000):
    with own.lock():
        row[0] += 1
    row[own.own] += 1
print("done", flush=True)
sys.stdin.readline()
"""


def test_what_the_killed_have_counted_stays(tmp_path: Path) -> None:
    adding = [processes.started(ADDING, tmp_path) for _ in range(3)]
    for child in adding:
        assert child.stdout is not None
        assert child.stdout.readline() == b"done\n"
        child.kill()
        child.communicate()
    own = Counters(tmp_path)
    row = own.row(1)
    assert (row[0], sum(row[FREE:])) == (6000, 6000)
    own.close()


def test_where_there_is_no_room_it_is_told(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            Counters(tmp_path).row(100)
        except StoreFull:
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7

"""The LMDB index: one environment a process, whole transactions, none after fork."""

import os
import threading
from pathlib import Path

import pytest

from fulgurite.errors import Damaged, StoreError
from fulgurite.store import index as environments
from fulgurite.store.entries import NOTHING, Entry, Privacy, unpacked
from fulgurite.store.index import Index
from tests.store.processes import started

ONE, OTHER = bytes(range(12)), bytes(range(1, 13))
PLACE = 65535 << 32 | 0xFFFFFFFF
ENTRIES = {
    b"m" * 16: Entry(PLACE, OTHER, 10, -5, Privacy.SOME, ONE),
    b"s" * 20: Entry(0, OTHER),
    b"x" * 32: Entry(0),
    b"z" * 32: Entry(1 << 32 | 1, NOTHING, 1, 1 << 54, Privacy.ALL, OTHER),
}


def _filled(index: Index) -> None:
    with index.write() as changes:
        for digest, entry in ENTRIES.items():
            changes.set_hash(digest, entry)
        changes.set_sha512(b"5" * 64, b"z" * 32)
        changes.set_id(ONE, PLACE)
        changes.set_key(b"k" * 32, b"{}")
        changes.belongs_to("abc")


def test_what_was_put_is_found(tmp_path: Path) -> None:
    index = Index(tmp_path / "index")
    _filled(index)
    for digest, entry in ENTRIES.items():
        assert unpacked(digest, index.entry(digest) or b"") == entry
    assert index.entries([b"y" * 32, *ENTRIES]) == [None, *ENTRIES.values()]
    assert index.entry(b"y" * 32) is None
    assert index.sha256_of(b"5" * 64) == b"z" * 32
    assert index.sha256_of(b"6" * 64) is None
    with pytest.raises(Damaged, match="--repair"):
        index.sha256_of(b"5" * 32 + b"6" * 32)
    assert index.place(ONE) == PLACE
    assert index.place(OTHER) is None
    assert index.key(b"k" * 32) == b"{}"
    index.close()


def test_what_was_forgotten_is_not_found(tmp_path: Path) -> None:
    index = Index(tmp_path / "index")
    _filled(index)
    with index.write() as changes:
        changes.forget_hash(b"m" * 16)
        changes.forget_key(b"k" * 32)
        changes.forget_key(b"z" * 32)
        changes.forget_id(ONE)
        changes.forget_sha512(b"5" * 64)
    assert index.entry(b"m" * 16) is None
    assert index.place(ONE) is None
    assert index.sha256_of(b"5" * 64) is None
    assert index.key(b"k" * 32) is None
    with index.write() as changes:
        changes.clear()
    assert index.store_id() is None
    with pytest.raises(StoreError, match="being made anew"):
        index.entry(b"s" * 20)
    with index.write() as changes:
        changes.belongs_to("abc")
    assert index.entry(b"s" * 20) is None
    assert index.store_id() == "abc"
    index.close()


def test_a_transaction_that_fails_changes_nothing(tmp_path: Path) -> None:
    index = Index(tmp_path / "index")
    with index.write() as changes:
        changes.belongs_to("abc")

    def change() -> None:
        with index.write() as changes:
            changes.set_hash(b"m" * 16, Entry(PLACE))
            raise KeyError

    with pytest.raises(KeyError):
        change()
    assert index.entry(b"m" * 16) is None
    index.close()


def test_stores_of_one_process_share_the_environment(tmp_path: Path) -> None:
    one = environments.shared(tmp_path / "index")
    assert environments.shared(tmp_path / "." / "index") is one
    environments.release(tmp_path / "index")
    _filled(one)
    environments.release(tmp_path / "index")
    with pytest.raises(StoreError, match="closed"):
        one.entry(b"m" * 16)
    again = environments.shared(tmp_path / "index")
    assert again is not one
    assert again.entry(b"m" * 16) is not None
    environments.release(tmp_path / "index")


def test_a_forked_child_cannot_use_it(tmp_path: Path) -> None:
    index = environments.shared(tmp_path / "index")
    _filled(index)
    child = os.fork()
    if child == 0:
        os._exit(_refusals(index, tmp_path / "index"))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert index.entry(b"m" * 16) is not None
    environments.release(tmp_path / "index")


def _refusals(index: Index, folder: Path) -> int:
    """How many of the two ways to the index are closed in a forked child."""
    refused = 0
    for attempt in (lambda: index.entry(b"m" * 16), lambda: environments.shared(folder)):
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
    torn: list[tuple[Entry | None, ...]] = []
    stop = threading.Event()

    def write(number: int) -> None:
        entry = Entry(number, number.to_bytes(12, "big"))
        with index.write() as changes:
            changes.set_hash(b"m" * 16, entry)
            changes.set_hash(b"s" * 20, entry)

    write(1)

    def read() -> None:
        while not stop.is_set():
            one, other = index.entries([b"m" * 16, b"s" * 20])
            if one != other:
                torn.append((one, other))

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


def test_analysed_files_between_two_digests(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.lmdb")
    with index.write() as changes:
        for first in range(8):
            changes.set_hash(bytes([first]) * 32, Entry(PLACE, score=first))
            changes.set_hash(bytes([first]) * 16, Entry(PLACE))
        changes.set_hash(bytes([3]) * 31 + b"\xff", Entry(0, OTHER))
        changes.belongs_to("abc")
    between = bytes([2]) * 32, bytes([5]) * 32
    assert [entry.score for _, entry in index.analysed_from(*between, 10)] == [2, 3, 4, 5]
    assert [entry.score for _, entry in index.analysed_from(*between, 3)] == [2, 3, 4]
    assert index.analysed_from(b"\xff" * 32, b"\xff" * 32, 10) == []
    index.close()


def test_an_index_of_another_layout_belongs_to_nobody(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.lmdb")
    assert index.store_id() is None
    with index.write() as changes:
        changes.belongs_to("abc")
    assert index.store_id() == "abc"
    with index.environment.begin(write=True) as transaction:
        transaction.put(b"store", b"2:abc", db=index.meta)
    assert index.store_id() is None
    index.close()


def test_what_a_reader_held_that_died_is_freed(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from fulgurite.store.index import Index\n"
        "index = Index(Path(sys.argv[1]))\n"
        "with index.environment.begin():\n"
        "    print('reading', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    index = Index(tmp_path / "index")
    with index.write() as changes:
        changes.belongs_to("abc")
    reader = started(script, tmp_path / "index")
    assert reader.stdout is not None
    assert reader.stdout.readline() == b"reading\n"
    assert str(reader.pid) in index.environment.readers()
    reader.kill()
    reader.communicate()
    index.free_dead_readers()
    assert str(reader.pid) not in index.environment.readers()
    index.close()

"""Packs: what was appended is read, what is damaged is not, whoever writes and removes meanwhile."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulgurite.errors import Damaged
from fulgurite.store import packs as module
from fulgurite.store.packs import PackGone, Packs
from fulgurite.store.records import Codec, Kind, Record
from tests.store.processes import started


def record(number: int, payload: bytes = b"payload", second: bytes = b"") -> Record:
    """A record whose content nobody unpacks."""
    return Record(
        Kind.BODY, Codec.GZIP, number, number.to_bytes(32, "big"), payload, second, number.to_bytes(12, "big")
    )


@pytest.fixture
def packs(tmp_path: Path) -> Packs:
    return Packs(tmp_path)


def test_what_was_appended_is_read(packs: Packs) -> None:
    one, two, three = record(1), record(2, b""), record(3, b"x" * 5000, b"second")
    places = packs.append([one, two])
    places += packs.append([three])
    assert [packs.read(place) for place in places] == [one, two, three]
    assert packs.append([]) == []


def test_another_process_sees_what_was_appended_after_it_looked(tmp_path: Path, packs: Packs) -> None:
    reader = Packs(tmp_path)
    for number in range(100):
        [place] = packs.append([record(number, os.urandom(1000))])
        assert reader.read(place) == packs.read(place)


def test_each_writer_has_a_pack_of_its_own(tmp_path: Path, packs: Packs) -> None:
    other = Packs(tmp_path)
    [one], [two] = packs.append([record(1)]), other.append([record(2)])
    assert one >> 32 != two >> 32
    other.close()
    third = Packs(tmp_path)
    [three] = third.append([record(3)])
    assert three >> 32 == two >> 32
    assert [packs.read(place) for place in (one, two, three)] == [record(1), record(2), record(3)]


def test_a_full_pack_gets_no_more(packs: Packs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACK_BYTES", 1000)
    places = [packs.append([record(number, b"x" * 600)])[0] for number in range(5)]
    assert [place >> 32 for place in places] == [1, 1, 2, 2, 3]
    assert packs.numbers() == [1, 2, 3]
    assert [packs.read(place).raw_size for place in places] == list(range(5))


def test_a_view_outlives_its_pack(packs: Packs) -> None:
    [place] = packs.append([record(1, b"x" * 10000)])
    payload = packs.read(place).payload
    packs.remove(place >> 32)
    packs.close()
    assert payload == b"x" * 10000
    with pytest.raises(PackGone):
        packs.read(place)


def test_a_number_is_not_used_again(packs: Packs) -> None:
    numbers = []
    for number in range(3):
        [place] = packs.append([record(number)])
        numbers.append(place >> 32)
        packs.remove(place >> 32)
    assert numbers == [1, 2, 3]


def test_a_reader_lets_go_of_removed_packs(tmp_path: Path, packs: Packs) -> None:
    reader = Packs(tmp_path)
    [place] = packs.append([record(1)])
    assert reader.read(place) == record(1)
    packs.remove(place >> 32)
    assert reader.read(place) == record(1)
    [other] = packs.append([record(2)])
    assert reader.read(other) == record(2)
    with pytest.raises(PackGone):
        reader.read(place)


@settings(max_examples=50)
@given(st.data())
def test_a_damaged_byte_is_found_wherever_it_is(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("packs")
    packs = Packs(folder)
    before, place, after = packs.append([record(1), record(2, b"p" * 40, b"s" * 20), record(3)])
    start = (place & 0xFFFFFFFF) * 8
    at = data.draw(st.integers(start, start + 80 + 60 - 1))
    content = bytearray(packs.path(1).read_bytes())
    content[at] ^= data.draw(st.integers(1, 255))
    packs.path(1).write_bytes(content)
    reader = Packs(folder)
    with pytest.raises(Damaged, match="pack"):
        reader.read(place)
    assert [reader.read(before), reader.read(after)] == [record(1), record(3)]


@given(st.binary(max_size=300), st.integers(0, 50))
def test_any_bytes_are_damaged(tmp_path_factory: pytest.TempPathFactory, content: bytes, unit: int) -> None:
    folder = tmp_path_factory.mktemp("packs")
    (folder / "00001.pack").write_bytes(content)
    packs = Packs(folder)
    with pytest.raises(Damaged):
        packs.read(1 << 32 | unit)


def test_a_body_is_found_with_its_place_in_the_file(packs: Packs) -> None:
    packs.append([record(1)])
    [place] = packs.append([record(2, b"gzip", b"zstd!")])
    for _ in range(2):
        sha256, first, second, raw_size, sandbox_id, pack, start = packs.body(place >> 32, place & 0xFFFFFFFF)
        assert (sha256, first, second, raw_size, sandbox_id) == (bytes(8), 4, 5, 2, record(2).sandbox_id)
        assert bytes(pack.view[start : start + 9]) == b"gzipzstd!"
    with pytest.raises(PackGone):
        packs.body(9, 1)
    with pytest.raises(Damaged):
        packs.body(1, 1 << 20)


def _damage(packs: Packs, place: int) -> None:
    """Changes the last byte of the record's payload, in the file and so in every map of it."""
    with packs.path(place >> 32).open("r+b") as file:
        file.seek(packs.size(place) - 8 + (place & 0xFFFFFFFF) * 8)
        last = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([last[0] ^ 1]))


@pytest.mark.parametrize("size", [0, 10, 4000, 100_000, 2 << 20])
def test_damage_of_a_body_is_seen_at_first_and_again_after_a_time(tmp_path: Path, size: int) -> None:
    """Within the time it is taken for what it was: that is the bound which docs/performance.md states."""
    clock = [1000.0]
    packs = Packs(tmp_path, clock=lambda: clock[0])
    # The record takes 80 bytes of head, its payload, and nothing up to the next: sizes are multiples of 8.
    body, other = record(1, b"x" * size + b"12345678"), record(2, b"other")
    place, sound = packs.append([body, other])
    number, unit = place >> 32, place & 0xFFFFFFFF
    packs.body(number, unit)
    _damage(packs, place)
    clock[0] += module.RECHECK_S - 1
    packs.body(number, unit)
    with pytest.raises(Damaged, match=r"00001\.pack"):
        Packs(tmp_path).body(number, unit)
    clock[0] += 1
    for _ in range(2):
        packs.body(number, sound & 0xFFFFFFFF)
        with pytest.raises(Damaged, match=r"00001\.pack"):
            packs.body(number, unit)
    _damage(packs, place)
    packs.body(number, unit)


def test_a_small_record_is_checked_at_every_reading_and_a_large_one_again_after_a_time(tmp_path: Path) -> None:
    clock = [0.0]
    packs = Packs(tmp_path, clock=lambda: clock[0])
    small, large = packs.append([record(1, b"12345678"), record(2, b"x" * (1 << 20))])
    assert (packs.read(small).raw_size, packs.read(large).raw_size) == (1, 2)
    _damage(packs, small)
    _damage(packs, large)
    with pytest.raises(Damaged):
        packs.read(small)
    assert packs.read(large).raw_size == 2
    clock[0] += module.RECHECK_S
    with pytest.raises(Damaged):
        packs.read(large)


def test_damage_of_what_another_process_appended_to_a_known_pack_is_seen(tmp_path: Path, packs: Packs) -> None:
    reader = Packs(tmp_path)
    [one] = packs.append([record(1, b"x" * 5000)])
    reader.body(one >> 32, one & 0xFFFFFFFF)
    [two] = packs.append([record(2, b"x" * 5000 + b"12345678")])
    _damage(packs, two)
    with pytest.raises(Damaged):
        reader.body(two >> 32, two & 0xFFFFFFFF)
    reader.body(one >> 32, one & 0xFFFFFFFF)


def test_a_disk_that_is_full_leaves_no_half(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from fulgurite.errors import StoreFull\n"
        "from fulgurite.store.packs import Packs\n"
        "from tests.store.test_packs import record\n"
        "packs = Packs(Path(sys.argv[1]))\n"
        "packs.append([record(1)])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    packs.append([record(2, b'x' * 30000)])\n"
        "except StoreFull:\n"
        "    print(packs.append([record(3)])[0])\n"
    )
    place = int(started(script, tmp_path).communicate()[0])
    assert Packs(tmp_path).read(place) == record(3)


def test_what_a_crash_left_behind_the_last_record_is_passed_over(tmp_path: Path, packs: Packs) -> None:
    [one] = packs.append([record(1)])
    packs.close()
    with packs.path(1).open("ab") as pack:
        pack.write(b"FgR1 half a record")
    again = Packs(tmp_path)
    [two] = again.append([record(2)])
    assert [again.read(one), again.read(two)] == [record(1), record(2)]
    assert (two & 0xFFFFFFFF) * 8 % 4096 == 0

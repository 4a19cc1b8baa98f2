"""Files by digest: exact, neutered, checked."""

import contextlib
import gzip
import io
import os
import threading
from pathlib import Path

import cart
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import Damaged, NotFound, StoreError
from fulgurite.model.hashes import sha256_of
from fulgurite.store.blobs import Blobs, packed

PROGRAM = b"MZ\x90\x00 this program cannot be run in DOS mode " + os.urandom(200)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return _blobs(tmp_path)


def _blobs(folder: Path) -> Blobs:
    (folder / "tmp").mkdir(exist_ok=True)
    return Blobs(folder / "blobs", folder / "tmp")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@given(data=st.binary(max_size=300_000))
def test_bytes_come_back_exactly(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    blobs = _blobs(tmp_path_factory.mktemp("blobs"))
    assert blobs.read(blobs.put(data)) == data
    assert blobs.read(blobs.put_hostile(data)) == data


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 1_000_000])
def test_hostile_bytes_of_every_size_come_back(blobs: Blobs, size: int) -> None:
    data = os.urandom(size)
    assert blobs.read(blobs.put_hostile(data)) == data


def test_a_sample_lies_as_cart_and_nowhere_as_it_is(blobs: Blobs, tmp_path: Path) -> None:
    digest = blobs.put_hostile(PROGRAM)
    path = tmp_path / "blobs" / digest[:2] / digest[2:4] / f"{digest}.cart"
    assert _files(tmp_path) == [path]
    stored = path.read_bytes()
    assert stored.startswith(b"CART")
    assert PROGRAM[:40] not in stored
    unpacked = io.BytesIO()
    cart.unpack_stream(io.BytesIO(stored), unpacked)
    assert unpacked.getvalue() == PROGRAM
    assert path.stat().st_mode & 0o777 == 0o600


def test_other_bytes_lie_as_gzip(blobs: Blobs, tmp_path: Path) -> None:
    digest = blobs.put(b"{}" * 1000)
    [path] = _files(tmp_path)
    assert path.name == f"{digest}.gz"
    assert gzip.decompress(path.read_bytes()) == b"{}" * 1000
    assert blobs.gzipped(digest) == path.read_bytes() == packed(b"{}" * 1000)


def test_what_is_packed_already_is_taken_as_it_is(blobs: Blobs) -> None:
    ready = gzip.compress(b"body", 1)
    assert blobs.gzipped(blobs.put(b"body", gzipped=ready)) == ready


def test_the_same_bytes_are_kept_once(blobs: Blobs, tmp_path: Path) -> None:
    assert blobs.put(b"twice") == blobs.put(b"twice")
    assert len(_files(tmp_path)) == 1


def test_the_same_bytes_at_once_are_kept_once(blobs: Blobs, tmp_path: Path) -> None:
    threads = [threading.Thread(target=blobs.put_hostile, args=(PROGRAM,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_files(tmp_path)) == 1
    assert blobs.read(sha256_of(PROGRAM)) == PROGRAM


def test_nothing_is_not_found(blobs: Blobs) -> None:
    with pytest.raises(NotFound):
        blobs.read("ab" * 32)
    with pytest.raises(NotFound):
        blobs.gzipped(blobs.put_hostile(b"kept as cart only"))
    assert not blobs.has("ab" * 32)


@pytest.mark.parametrize("kind", ["put", "put_hostile"])
@given(place=st.floats(min_value=0, max_value=1, exclude_max=True), byte=st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_noticed(
    kind: str, place: float, byte: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("blobs")
    blobs = _blobs(folder)
    digest = blobs.put(PROGRAM) if kind == "put" else blobs.put_hostile(PROGRAM)
    [path] = _files(folder)
    stored = bytearray(path.read_bytes())
    stored[int(place * len(stored))] ^= byte
    path.write_bytes(stored)
    # Bytes that carry nothing, such as the date in a gzip header, may change.
    with contextlib.suppress(Damaged):
        assert blobs.read(digest) == PROGRAM


@pytest.mark.parametrize("kind", ["put", "put_hostile"])
@pytest.mark.parametrize("length", [0, 1, 30, 100])
def test_a_file_cut_short_is_noticed(blobs: Blobs, tmp_path: Path, kind: str, length: int) -> None:
    digest = blobs.put(PROGRAM) if kind == "put" else blobs.put_hostile(PROGRAM)
    [path] = _files(tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(Damaged):
        blobs.read(digest)


def test_what_cannot_be_written_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    digest = sha256_of(PROGRAM)
    (tmp_path / "blobs" / digest[:2]).write_text("a file where a folder should be")
    with pytest.raises(StoreError, match=r"a stored file|a file to the store"):
        blobs.put_hostile(PROGRAM)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not blobs.has(digest)


@pytest.mark.parametrize("kind", ["put", "put_hostile"])
def test_putting_damaged_bytes_again_mends_them(blobs: Blobs, tmp_path: Path, kind: str) -> None:
    put = getattr(blobs, kind)
    digest = put(PROGRAM)
    [path] = _files(tmp_path)
    whole = path.read_bytes()
    for damage in (b"", whole[: len(whole) // 2], bytes(len(whole))):
        path.write_bytes(damage)
        assert put(PROGRAM) == digest
        assert blobs.read(digest) == PROGRAM

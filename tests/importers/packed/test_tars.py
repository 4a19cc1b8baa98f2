"""tar files, read forwards."""

import gzip
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import InputError, MalformedReport, TooLarge
from fulgurite.importers.packed import tars
from fulgurite.importers.packed.caps import Budget, Caps
from fulgurite.importers.packed.streams import Reader
from tests.importers.packed.made import tarred

CAPS = Caps(total_bytes=10_000_000)


def members(data: bytes, caps: Caps = CAPS) -> dict[str, bytes]:
    budget = Budget(caps, len(data))
    return {name: kept() for name, kept in tars.members(tars.Held(data), lambda _: True, budget)}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_form_is_read_held_or_streamed(form: int) -> None:
    files = {"a.json": b"1" * 1000, "b/" * 45 + "c": b"", "ä": b"2", "d": bytes(512)}
    data = tarred(files, form)
    assert members(data) == files
    packed = gzip.compress(data)
    budget = Budget(CAPS, len(packed))
    found = list(tars.members(Reader(packed, budget), lambda name: name != "d", budget))
    assert {name: kept() for name, kept in found} == {name: files[name] for name in files if name != "d"}


def test_links_folders_and_sparse_files_are_passed_over() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE):
            info = tarfile.TarInfo(f"x{kind.decode()}")
            info.type, info.linkname, info.size = kind, "/etc/passwd", 0
            archive.addfile(info)
        archive.addfile(tarfile.TarInfo("last"))
    assert members(file.getvalue()) == {"last": b""}


def test_faults_are_told() -> None:
    data = tarred({"a": bytes(2000)})
    with pytest.raises(MalformedReport, match="ends within a file"):
        members(data[:1500])
    with pytest.raises(MalformedReport, match="a header in it is damaged"):
        members(data[:148] + b"9" + data[149:])
    with pytest.raises(TooLarge, match="a header of"):
        members(tarred({"n" * 100_000: b""}))


@given(st.binary(max_size=3), st.integers(0, 2000))
def test_damage_is_read_or_refused(put: bytes, at: int) -> None:
    data = tarred({"a": b"b", "n" * 150: b"c"})
    try:
        members(data[:at] + put + data[at + len(put) :])
    except InputError:
        return

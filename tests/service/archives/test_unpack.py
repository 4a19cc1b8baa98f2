"""Archives taken apart by the real child."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fulgurite.service.archives import ArchiveRefused, Caps, is_archive, unpacked
from tests import archives

FILES = [("a.txt", b"hello"), ("d/b.bin", b"MZ" + bytes(100))]
CAPS = Caps(seconds=60)


def taken(folder: Path, data: bytes, password: str | None = None, caps: Caps = CAPS) -> list[tuple[str, bytes]]:
    with unpacked(data, password, caps, folder, is_asked=False) as found:
        return [(member.name, found.data(member)) for member in found.members]


def refused(folder: Path, data: bytes, password: str | None = None, caps: Caps = CAPS) -> ArchiveRefused:
    with pytest.raises(ArchiveRefused) as caught:
        taken(folder, data, password, caps)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        archives.zipped(FILES),
        archives.seven_zipped(FILES),
        archives.tarred(FILES),
        archives.tarred(FILES, mode="w:gz"),
        archives.tarred(FILES, mode="w:bz2"),
        archives.tarred(FILES, mode="w:xz"),
    ],
)
def test_every_format_gives_its_files(tmp_path: Path, data: bytes) -> None:
    assert taken(tmp_path, data) == FILES
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "data",
    [gzip.compress(b"x") + gzip.compress(b"y"), bz2.compress(b"xy"), lzma.compress(b"xy")],
    ids=["gzip", "bzip2", "xz"],
)
def test_a_compressed_file_is_one_file(tmp_path: Path, data: bytes) -> None:
    assert taken(tmp_path, data) == [("", b"xy")]


@pytest.mark.parametrize(
    "data",
    [
        archives.aes_zipped(FILES[:1], "pässword"),
        archives.crypto_zipped("a.txt", b"hello", "pässword".encode()),
        archives.seven_zipped(FILES[:1], "pässword"),
        archives.seven_zipped(FILES[:1], "pässword", hides_names=True),
    ],
)
def test_passwords(tmp_path: Path, data: bytes) -> None:
    assert taken(tmp_path, data, "pässword") == FILES[:1]
    wrong, missing = refused(tmp_path, data, "password"), refused(tmp_path, data)
    assert (wrong.fault, missing.fault) == ("password", "password")
    assert "the password is wrong" in str(wrong)
    assert "no password was given" in str(missing)


@pytest.mark.parametrize("name", ["../../../etc/cron.d/x", "/etc/passwd", "C:\\Windows\\x", "a\x00b", "x" * 60_000, ""])
def test_names_are_told_and_not_used(tmp_path: Path, name: str) -> None:
    plain = archives.tarred([(name, b"harmless")])
    [(told, data)] = taken(tmp_path, plain)
    assert data == b"harmless"
    assert name.startswith(told.rstrip("/"))
    assert list(tmp_path.iterdir()) == []


def test_names_of_zip_and_7z_members_that_lead_out(tmp_path: Path) -> None:
    assert taken(tmp_path, archives.zipped([("../../x", b"1"), ("/y", b"2")])) == [("../../x", b"1"), ("/y", b"2")]
    # The library writes no such names; a 7z header that is not packed has them as UTF-16.
    with_good_name = archives.seven_zipped([("aa/aa/x", b"1"), ("aa/aa/x", b"2")])
    assert [data for _, data in taken(tmp_path, with_good_name)] == [b"1", b"2"]


def test_links_and_devices_are_left_out_and_told(tmp_path: Path) -> None:
    kinds = {"link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "null": tarfile.CHRTYPE, "pipe": tarfile.FIFOTYPE}
    specials = list(kinds.items())
    with unpacked(archives.tarred(FILES, specials=specials), None, CAPS, tmp_path, is_asked=False) as found:
        assert [member.name for member in found.members] == ["a.txt", "d/b.bin"]
        assert [remark.name for remark in found.remarks] == ["link", "hard", "null", "pipe"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with unpacked(out.getvalue(), None, CAPS, tmp_path, is_asked=False) as found:
        assert [(remark.name, remark.text) for remark in found.remarks] == [("link", "a link, not followed")]
        assert found.members == ()


def test_archives_in_archives(tmp_path: Path) -> None:
    inner = archives.tarred([("x.exe", b"MZ")], mode="w:gz")
    with unpacked(archives.zipped([("in.tgz", inner)]), None, CAPS, tmp_path, is_asked=False) as found:
        assert [(member.name, member.parent) for member in found.members] == [("in.tgz", None), ("x.exe", 0)]
    closed = archives.zipped([("in.zip", archives.aes_zipped([("x", b"1")], "other")), ("bad.gz", b"\x1f\x8b\x08bad")])
    with unpacked(closed, None, CAPS, tmp_path, is_asked=False) as found:
        assert [member.name for member in found.members] == ["in.zip", "bad.gz"]
        assert [remark.name for remark in found.remarks] == ["in.zip", "bad.gz"]


@pytest.mark.parametrize(
    ("data", "caps", "told"),
    [
        (archives.zipped([("flat", bytes(100 << 20))]), CAPS, "more than 200 times its own size"),
        (gzip.compress(bytes(100 << 20)), CAPS, "more than 200 times its own size"),
        (archives.seven_zipped([("flat", bytes(100 << 20))]), CAPS, "more than 200 times its own size"),
        (archives.overlapping(200, 1 << 20), CAPS, "its files overlap"),
        (archives.nested(5), CAPS, "more than 3 deep"),
        (
            archives.zipped([(str(n), archives.zipped([("b", bytes(15 << 20))])) for n in range(9)]),
            CAPS,
            "more than 200 times",
        ),
        (archives.zipped([(str(n), b"") for n in range(501)]), CAPS, "more than 500 entries"),
        (archives.tarred([(str(n), b"") for n in range(501)]), CAPS, "more than 500 entries"),
        (archives.zipped([("large", bytes(2000))]), Caps(file_bytes=1999), "a file of more than 1999 bytes"),
        (archives.tarred([("large", bytes(2000))]), Caps(file_bytes=1999), "a file of more than 1999 bytes"),
        (
            archives.zipped([("a", bytes(2000)), ("b", bytes(2000))]),
            Caps(total_bytes=3999),
            "more than 3999 bytes in it",
        ),
    ],
)
def test_bombs_are_refused_and_the_cap_is_named(tmp_path: Path, data: bytes, caps: Caps, told: str) -> None:
    error = refused(tmp_path, data, caps=caps)
    assert error.fault == "cap"
    assert told in str(error)


def test_a_declared_size_is_not_believed(tmp_path: Path) -> None:
    data = archives.zipped([("a", bytes(100_000))])
    short = data.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert refused(tmp_path, short).fault == "broken"


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04garbage", archives.zipped(FILES)[:-9], b"7z\xbc\xaf\x27\x1c" + bytes(40)],
    ids=["start", "cut", "7z"],
)
def test_broken_archives(tmp_path: Path, data: bytes) -> None:
    assert refused(tmp_path, data).fault == "broken"


def test_what_is_taken_for_an_archive() -> None:
    document = archives.zipped([("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")])
    assert is_archive(archives.zipped(FILES), is_asked=False)
    assert not is_archive(document, is_asked=False)
    assert is_archive(document, is_asked=True)
    assert not is_archive(b"MZ", is_asked=True)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([archives.zipped(FILES), archives.seven_zipped(FILES), archives.tarred(FILES, mode="w:gz")]),
    st.integers(0, 10_000),
    st.integers(0, 255),
)
def test_damage_anywhere_ends_in_files_or_a_refusal(tmp_path: Path, data: bytes, at: int, byte: int) -> None:
    damaged = bytearray(data)
    damaged[at % len(damaged)] = byte
    try:
        taken(tmp_path, bytes(damaged))
    except ArchiveRefused:
        return

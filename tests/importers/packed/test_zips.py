"""ZIP files."""

import io
import zipfile

import pytest

from fulgurite.errors import InputError, TooLarge
from fulgurite.importers.packed.caps import Budget, Caps
from fulgurite.importers.packed.zips import Zip
from tests.importers.packed.made import aes_zipped, zipped

OLD_LOCK = bytes.fromhex(
    "504b03040a0009000000a3a0765dafac1b56130000000700000006000000612e6a736f6ebde8124ef71ffde6882067f4717b"
    "a73fae7eda504b0708afac1b561300000007000000504b01021e030a0009000000a3a0765dafac1b56130000000700000006"
    "0000000000000001000000a48100000000612e6a736f6e504b0506000000000100010034000000470000000000"
)
"""Locked the old way with `infected` by Info-ZIP's zip; one file, a.json, which holds {"a":1}."""


def opened(data: bytes, *passwords: str, caps: Caps = Caps()) -> Zip:  # noqa: B008 - a value
    return Zip(data, Budget(caps, len(data)), passwords)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_method_is_read(method: int) -> None:
    archive = opened(zipped({"a": b"1" * 500, "b/c": b"2"}, method=method))
    assert archive.names == ["a", "b/c"]
    assert list(archive.read(["b/c", "a"])) == [("b/c", b"2"), ("a", b"1" * 500)]


def test_the_first_password_that_fits_opens_it() -> None:
    locked = aes_zipped({"a": b"1"}, "infected")
    assert list(opened(locked, "no", "infected").read(["a"])) == [("a", b"1")]
    assert list(opened(OLD_LOCK, "no", "infected").read(["a.json"])) == [("a.json", b'{"a":1}')]
    ((_, fault),) = opened(locked, "no").read(["a"])
    assert isinstance(fault, InputError)


def test_links_and_folders_are_no_files() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.mkdir("folder")
        archive.writestr("a", b"1")
    assert opened(file.getvalue()).names == ["a"]


def test_files_that_overlap_are_refused() -> None:
    data = bytearray(zipped({"a.json": bytes(1000), "b.json": bytes(1000)}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = bytes(4)
    with pytest.raises(TooLarge, match="overlap"):
        opened(bytes(data))


def test_a_long_directory_is_refused_unread() -> None:
    with pytest.raises(TooLarge, match="more than 10 files"):
        opened(b"PK\x05\x06" + b"PK\x01\x02" * 11, caps=Caps(members=10))


def test_a_file_without_a_name_is_one() -> None:
    data = zipped({"a": b"1"})
    at = data.rindex(b"PK\x01\x02")
    nameless = data[: at + 28] + b"\0\0" + data[at + 30 : at + 46] + data[at + 47 :]
    end = nameless.rindex(b"PK\x05\x06")
    size = int.from_bytes(nameless[end + 12 : end + 16], "little") - 1
    assert opened(nameless[: end + 12] + size.to_bytes(4, "little") + nameless[end + 16 :]).names == [""]

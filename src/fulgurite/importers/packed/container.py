"""The one file in which the parts of one analysis are kept together, each as it was.

A ZIP file in which nothing is compressed and no time told: the same parts make the same bytes, whoever packs them.
"""

import io
import zipfile
from collections.abc import Sequence

from fulgurite.errors import MalformedReport

_NO_TIME = (1980, 1, 1, 0, 0, 0)
_START = b"PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x21\x00"
"""Of a first file that is stored, with that time: version 2.0, no flags, method 0, midnight of the first day."""
MOST_PARTS = 100
_BROKEN = (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError)


def joined(parts: Sequence[tuple[str, bytes]]) -> bytes:
    """The container of `parts`, names and bytes, in their order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name, _NO_TIME)
            info.create_system = 3
            archive.writestr(info, content)
    return file.getvalue()


def is_container(data: bytes) -> bool:
    """Whether `data` begins as one."""
    return data.startswith(_START)


def names(data: bytes) -> list[str]:
    """The names of the parts in the container `data`. Raises MalformedReport."""
    with _opened(data) as archive:
        return archive.namelist()


def parts(data: bytes) -> list[tuple[str, bytes]]:
    """The parts in the container `data`. Raises MalformedReport."""
    with _opened(data) as archive:
        try:
            return [(info.filename, archive.read(info)) for info in archive.infolist()]
        except _BROKEN as error:
            raise MalformedReport(f"it cannot be read ({error})", where="parts") from error


def _opened(data: bytes) -> zipfile.ZipFile:
    if data.count(b"PK\x01\x02") > MOST_PARTS:
        raise MalformedReport(f"there are more than {MOST_PARTS} parts in it", where="parts")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise MalformedReport(f"it cannot be read ({error})", where="parts") from error
    listed = archive.infolist()
    is_stored = all(info.compress_type == zipfile.ZIP_STORED for info in listed)
    if not is_stored or sum(info.file_size for info in listed) > len(data):
        raise MalformedReport("its parts are not stored one behind the other", where="parts")
    return archive

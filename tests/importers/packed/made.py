"""Archives made in memory."""

import io
import re
import tarfile
import zipfile
from collections.abc import Mapping

import py7zr
import pyzipper

REPORT = b'{"report": 1}'
"""Taken for a report by `format_of`."""


def format_of(data: bytes) -> str | None:
    """A format of its own for the tests: the first key of an object."""
    found = re.match(rb'\{\s*"([a-z0-9-]+)"', data)
    return None if found is None else found[1].decode()


def zipped(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def aes_zipped(files: Mapping[str, bytes], password: str) -> bytes:
    """A ZIP file, locked with AES."""
    file = io.BytesIO()
    with pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def sevened(files: Mapping[str, bytes], password: str | None = None, *, header_encryption: bool = False) -> bytes:
    """A solid 7z file."""
    file = io.BytesIO()
    quick = [
        {"id": py7zr.FILTER_LZMA2, "preset": 0},
        *([{"id": py7zr.FILTER_CRYPTO_AES256_SHA256}] if password else []),
    ]
    with py7zr.SevenZipFile(
        file, "w", filters=quick, password=password, header_encryption=header_encryption
    ) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return file.getvalue()


def tarred(files: Mapping[str, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar file."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()

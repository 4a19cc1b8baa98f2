"""What kind of file some bytes are, told by their headers; text is guessed from its first lines.

Never raises, reads no more than the first and a bounded number of bytes, opens no container.
"""

import re
import struct
from collections.abc import Callable
from typing import Literal, NamedTuple

from fulgurite.engines.pe import pe_header

Category = Literal["A", "D", "E", "G", "I", "M", "P", "T", "O"]
"""As the v4 API has it: archive, document, executable, graphics, disk image, media, PDF, text, other."""

_HEAD_BYTES = 64 << 10
"""How far into a file is looked."""
_PE32_PLUS = 0x20B


class FileType(NamedTuple):
    """One kind of file."""

    word: str
    """Ours, such as `pe32+ exe`."""
    extension: str
    """Without its dot; empty where none is usual."""
    mime: str
    description: str
    category: Category


UNKNOWN = FileType("data", "", "application/octet-stream", "Unknown data", "O")
_TEXT = FileType("text", "txt", "text/plain", "Text", "T")

_MAGICS: tuple[tuple[int, bytes, FileType], ...] = (
    (0, b"%PDF-", FileType("pdf", "pdf", "application/pdf", "PDF document", "P")),
    (0, b"{\\rt", FileType("rtf", "rtf", "text/rtf", "Rich Text Format", "D")),
    (0, b"7z\xbc\xaf\x27\x1c", FileType("7z", "7z", "application/x-7z-compressed", "7-Zip archive", "A")),
    (0, b"Rar!\x1a\x07", FileType("rar", "rar", "application/vnd.rar", "RAR archive", "A")),
    (0, b"\x1f\x8b", FileType("gzip", "gz", "application/gzip", "gzip data", "A")),
    (0, b"BZh", FileType("bzip2", "bz2", "application/x-bzip2", "bzip2 data", "A")),
    (0, b"\xfd7zXZ\0", FileType("xz", "xz", "application/x-xz", "xz data", "A")),
    (0, b"MSCF", FileType("cab", "cab", "application/vnd.ms-cab-compressed", "Cabinet archive", "A")),
    (0, b"ITSF", FileType("chm", "chm", "application/vnd.ms-htmlhelp", "Compiled HTML help", "D")),
    (
        0,
        b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F",
        FileType("lnk", "lnk", "application/x-ms-shortcut", "Windows shortcut", "O"),
    ),
    (0, b"\x89PNG\r\n\x1a\n", FileType("png", "png", "image/png", "PNG image", "G")),
    (0, b"\xff\xd8\xff", FileType("jpeg", "jpg", "image/jpeg", "JPEG image", "G")),
    (0, b"GIF8", FileType("gif", "gif", "image/gif", "GIF image", "G")),
    (0, b"dex\n", FileType("dex", "dex", "application/vnd.android.dex", "Android bytecode", "E")),
    (0, b"\xca\xfe\xba\xbe", FileType("java class", "class", "application/java-vm", "Java class or Mach-O", "E")),
    (0, b"\xcf\xfa\xed\xfe", FileType("mach-o", "", "application/x-mach-binary", "Mach-O", "E")),
    (0, b"\xce\xfa\xed\xfe", FileType("mach-o", "", "application/x-mach-binary", "Mach-O", "E")),
    (257, b"ustar", FileType("tar", "tar", "application/x-tar", "tar archive", "A")),
)
"""Offset, bytes there, kind."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
_ZIPPED: tuple[tuple[bytes, FileType], ...] = (
    (b"AndroidManifest.xml", FileType("apk", "apk", "application/vnd.android.package-archive", "Android app", "E")),
    (b"word/", FileType("docx", "docx", f"{_OFFICE}.wordprocessingml.document", "Word document", "D")),
    (b"xl/", FileType("xlsx", "xlsx", f"{_OFFICE}.spreadsheetml.sheet", "Excel workbook", "D")),
    (b"ppt/", FileType("pptx", "pptx", f"{_OFFICE}.presentationml.presentation", "PowerPoint presentation", "D")),
    (b"META-INF/MANIFEST.MF", FileType("jar", "jar", "application/java-archive", "Java archive", "E")),
)
_ZIP = FileType("zip", "zip", "application/zip", "ZIP archive", "A")

_COMPOUND: tuple[tuple[bytes, FileType], ...] = (
    (b"\x84\x10\x0c\0\0\0\0\0\xc0\0\0\0\0\0\0F", FileType("msi", "msi", "application/x-msi", "Windows Installer", "E")),
    ("WordDocument".encode("utf-16-le"), FileType("doc", "doc", "application/msword", "Word 97-2003 document", "D")),
    ("Workbook".encode("utf-16-le"), FileType("xls", "xls", "application/vnd.ms-excel", "Excel 97-2003 workbook", "D")),
    (
        "PowerPoint".encode("utf-16-le"),
        FileType("ppt", "ppt", "application/vnd.ms-powerpoint", "PowerPoint 97-2003 presentation", "D"),
    ),
    ("__properties".encode("utf-16-le"), FileType("outlook", "msg", "application/vnd.ms-outlook", "Outlook mail", "D")),
)
_OLE = FileType("ole2", "", "application/x-ole-storage", "OLE2 compound file", "D")

_SCRIPTS: tuple[tuple[re.Pattern[bytes], FileType], ...] = (
    (re.compile(rb"#!.*\bpython"), FileType("script python", "py", "text/x-python", "Python script", "T")),
    (re.compile(rb"#!.*\b(ba|da|z|k)?sh\b"), FileType("script shell", "sh", "text/x-shellscript", "Shell script", "T")),
    (re.compile(rb"<\?php"), FileType("script php", "php", "text/x-php", "PHP script", "T")),
    (
        re.compile(rb"<job\b|<package\b.*<script\b", re.DOTALL),
        FileType("script wsf", "wsf", "text/x-wsf", "Windows script file", "T"),
    ),
    (re.compile(rb"<hta:application"), FileType("hta", "hta", "application/hta", "HTML application", "T")),
    (re.compile(rb"<!doctype html|<html\b|<head\b"), FileType("html", "html", "text/html", "HTML document", "T")),
    (re.compile(rb"<\?xml\b"), FileType("xml", "xml", "text/xml", "XML document", "T")),
    (
        re.compile(rb"^\s*@?echo off\b|^\s*@?rem\b|^\s*@?setlocal\b", re.MULTILINE),
        FileType("script batch", "bat", "text/x-msdos-batch", "Batch file", "T"),
    ),
    (
        re.compile(
            rb"\b(write-(host|output)|invoke-(expression|webrequest)|new-object|set-strictmode)\b"
            rb"|^\s*param\s*\(|\$[a-z_]\w*\s*=|\biex\b",
            re.MULTILINE,
        ),
        FileType("script powershell", "ps1", "text/x-powershell", "PowerShell script", "T"),
    ),
    (
        re.compile(
            rb"^\s*(dim|sub|function|on error|option explicit|set)\b[^;{]*$|\bwscript\.createobject\b", re.MULTILINE
        ),
        FileType("script vbs", "vbs", "text/vbscript", "VBScript", "T"),
    ),
    (
        re.compile(rb"\bactivexobject\b|\b(var|let|const)\s+\w+\s*=|\bfunction\s*\w*\s*\([^)]*\)\s*\{"),
        FileType("script js", "js", "text/javascript", "JavaScript", "T"),
    ),
)
"""Patterns over lower-case text, the surest first."""
_CONTROL = re.compile(rb"[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]")
"""Bytes that text does not have, escape sequences of terminals aside."""


def file_type(data: bytes) -> FileType:
    """The kind of file that `data` is; UNKNOWN when nothing tells."""
    for told_by in _TELLERS:
        told = told_by(data)
        if told is not None:
            return told
    return UNKNOWN


def by_word(word: str | None) -> FileType:
    """The kind that `word` names, for words that `file_type` gives; UNKNOWN for others."""
    return _BY_WORD.get(word or "", UNKNOWN)


def _pe(data: bytes) -> FileType | None:
    header = pe_header(data)
    if header is None:
        return None
    (at,) = struct.unpack_from("<I", data, 0x3C)
    (magic,) = struct.unpack_from("<H", data, at + 24)
    kind = "dll" if header.is_dll else "driver" if header.is_driver else "exe"
    return _pe_type("pe32+" if magic == _PE32_PLUS else "pe32", kind, is_dotnet=header.is_dotnet)


def _pe_type(width: str, kind: str, *, is_dotnet: bool) -> FileType:
    extension = {"exe": "exe", "dll": "dll", "driver": "sys"}[kind]
    net = " .net" if is_dotnet else ""
    return FileType(
        f"{width}{net} {kind}",
        extension,
        "application/x-dosexec",
        f"{width.upper()}{' .NET' if is_dotnet else ''} {kind.upper() if kind != 'driver' else 'driver'} for Windows",
        "E",
    )


def _elf(data: bytes) -> FileType | None:
    if data[:4] != b"\x7fELF" or len(data) < 20:  # noqa: PLR2004 - up to e_machine
        return None
    order = ">" if data[5] == 2 else "<"  # noqa: PLR2004 - ELFDATA2MSB
    (kind,) = struct.unpack_from(order + "H", data, 16)
    return _elf_type("elf64" if data[4] == 2 else "elf32", _ELF_KINDS.get(kind, "file"))  # noqa: PLR2004 - ELFCLASS64


_ELF_KINDS = {1: "object", 2: "exe", 3: "shared", 4: "core"}


def _elf_type(width: str, kind: str) -> FileType:
    extension = "o" if kind == "object" else ""
    return FileType(f"{width} {kind}", extension, "application/x-elf", f"{width.upper()} {kind}", "E")


def _magic(data: bytes) -> FileType | None:
    return next((kind for at, magic, kind in _MAGICS if data[at : at + len(magic)] == magic), None)


def _zip(data: bytes) -> FileType | None:
    if data[:4] not in (b"PK\x03\x04", b"PK\x05\x06"):
        return None
    # File names stand in the central directory at the end too, in case the first entry is large.
    ends = data[:_HEAD_BYTES] + data[-_HEAD_BYTES:]
    return next((kind for name, kind in _ZIPPED if name in ends), _ZIP)


def _ole(data: bytes) -> FileType | None:
    if data[:8] != b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return None
    return next((kind for mark, kind in _COMPOUND if data.find(mark, 0, 16 * _HEAD_BYTES) >= 0), _OLE)


def _iso(data: bytes) -> FileType | None:
    return _ISO if data[0x8001:0x8006] == b"CD001" else None


_ISO = FileType("iso", "iso", "application/x-iso9660-image", "ISO 9660 image", "I")
_DOS = FileType("dos exe", "exe", "application/x-dosexec", "DOS or damaged Windows executable", "E")


def _dos(data: bytes) -> FileType | None:
    return _DOS if data[:2] == b"MZ" else None


def _text(data: bytes) -> FileType | None:
    head = data[:_HEAD_BYTES]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    if head == b"" or _CONTROL.search(head) is not None:
        return None
    lower = head.lower()
    return next((kind for pattern, kind in _SCRIPTS if pattern.search(lower) is not None), _TEXT)


_TELLERS: tuple[Callable[[bytes], FileType | None], ...] = (_pe, _dos, _elf, _magic, _zip, _ole, _iso, _text)

_BY_WORD: dict[str, FileType] = {
    kind.word: kind
    for kind in (
        *(kind for _, _, kind in _MAGICS),
        *(kind for table in (_ZIPPED, _COMPOUND) for _, kind in table),
        *(kind for _, kind in _SCRIPTS),
        *(
            _pe_type(width, kind, is_dotnet=is_dotnet)
            for width in ("pe32", "pe32+")
            for kind in ("exe", "dll", "driver")
            for is_dotnet in (False, True)
        ),
        *(_elf_type(width, kind) for width in ("elf32", "elf64") for kind in (*_ELF_KINDS.values(), "file")),
        *(_ZIP, _OLE, _ISO, _DOS, _TEXT, UNKNOWN),
    )
}

"""The facts of a Windows program in the shape of the v4 API's `peinfo`, by pefile.

Meant for the child process only: pefile is thorough, not fast, and a hostile file can make it take long.
"""

import contextlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pefile

Fields = dict[str, Any]

MAX_NAME = 256
"""Characters of any one name."""
MAX_SECTIONS = 96
"""As many as Windows loads."""
MAX_DLLS = 512
MAX_FUNCTIONS = 16_384
"""Imported functions in all, and exported ones."""
MAX_RESOURCES = 1_024
"""Resource ids in all, and languages."""

_DIRECTORIES = ("IMPORT", "EXPORT", "RESOURCE")
_TYPES = {0x10B: "PE32", 0x20B: "PE32+", 0x107: "ROM"}
_VERSION_FIELDS = {
    "original_filename": "OriginalFilename",
    "comments": "Comments",
    "product_version": "ProductVersion",
    "legal_copyright": "LegalCopyright",
    "company_name": "CompanyName",
    "internal_name": "InternalName",
    "product_name": "ProductName",
    "file_description": "FileDescription",
}
_BROKEN = (pefile.PEFormatError, AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)
"""What pefile raises over broken files; much of it is not meant to."""


def pe_facts(data: bytes) -> Fields | None:
    """The facts of `data`; None when it is no PE. Parts that are broken or not there are empty.

    `pehash` is always empty: there is no one definition of it.
    """
    try:
        pe = pefile.PE(data=data, fast_load=True)
    except _BROKEN:
        return None
    for directory in _DIRECTORIES:
        with contextlib.suppress(*_BROKEN):
            number = pefile.DIRECTORY_ENTRY[f"IMAGE_DIRECTORY_ENTRY_{directory}"]
            pe.parse_data_directories(directories=[number], forwarded_exports_only=False)
    return {
        "section_headers": [_section(section) for section in pe.sections[:MAX_SECTIONS]],
        "imported_dlls": list(_imports(pe)),
        "vs_version_info": _version_info(pe),
        "imphash": _imphash(pe),
        "optional_headers": _optional(pe),
        "headers": _headers(pe),
        "pehash": "",
        "exported_functions": list(_exports(pe)),
        "resource_info": list(_resources(pe)),
    }


def _section(section: Any) -> Fields:
    content = section.get_data()
    return {
        "name": _text(section.Name.rstrip(b"\0")),
        "number_of_relocations": section.NumberOfRelocations,
        "characteristics": _flags(section.Characteristics, pefile.SECTION_CHARACTERISTICS, "IMAGE_SCN_"),
        "virtual_address": hex(section.VirtualAddress),
        "pointer_to_linenumbers": hex(section.PointerToLinenumbers),
        "pointer_to_raw_data": hex(section.PointerToRawData),
        "entropy": _entropy(content),
        "raw_size": section.SizeOfRawData,
        "pointer_to_relocations": hex(section.PointerToRelocations),
        "virtual_size": section.Misc_VirtualSize,
        "number_of_linenumbers": section.NumberOfLinenumbers,
        "md5": section.get_hash_md5() or "",
    }


def _entropy(content: bytes) -> float:
    """Bits a byte, 0-8. (pefile's own is switched off for the whole process where the emulator is loaded.)."""
    size = len(content)
    shares = (count / size for count in Counter(content).values())
    return round(abs(math.fsum(share * math.log2(share) for share in shares)), 4)


def _imports(pe: Any) -> Iterator[Fields]:
    left = MAX_FUNCTIONS
    for entry in getattr(pe, "DIRECTORY_ENTRY_IMPORT", [])[:MAX_DLLS]:
        names = [_import_name(symbol) for symbol in entry.imports[:left]]
        left -= len(names)
        yield {"functions": names, "name": _text(entry.dll)}


def _import_name(symbol: Any) -> str:
    return _text(symbol.name) if symbol.name else f"ordinal {symbol.ordinal}"


def _imphash(pe: Any) -> str:
    with contextlib.suppress(*_BROKEN):
        return str(pe.get_imphash())
    return ""


def _exports(pe: Any) -> Iterator[str]:
    symbols = getattr(getattr(pe, "DIRECTORY_ENTRY_EXPORT", None), "symbols", [])
    return (_import_name(symbol) for symbol in symbols[:MAX_FUNCTIONS])


def _optional(pe: Any) -> Fields:
    header = pe.OPTIONAL_HEADER
    return {
        "subsystem": str(pefile.SUBSYSTEM_TYPE.get(header.Subsystem, header.Subsystem)),
        "subsystem_version": f"{header.MajorSubsystemVersion}.{header.MinorSubsystemVersion}",
        "linker_version": f"{header.MajorLinkerVersion}.{header.MinorLinkerVersion}",
        "image_version": f"{header.MajorImageVersion}.{header.MinorImageVersion}",
        "checksum": hex(header.CheckSum),
        "os_version": f"{header.MajorOperatingSystemVersion}.{header.MinorOperatingSystemVersion}",
        "entry_point": hex(header.AddressOfEntryPoint),
        "image_size": header.SizeOfImage,
        "initialized_data_size": header.SizeOfInitializedData,
        "uninitialized_data_size": header.SizeOfUninitializedData,
        "code_size": header.SizeOfCode,
        "pe_type": _TYPES.get(header.Magic, hex(header.Magic)),
    }


def _headers(pe: Any) -> Fields:
    header = pe.FILE_HEADER
    return {
        "characteristics": _flags(header.Characteristics, pefile.IMAGE_CHARACTERISTICS, "IMAGE_FILE_"),
        "number_of_sections": header.NumberOfSections,
        "pointer_to_symbol_table": hex(header.PointerToSymbolTable),
        "machine_type": str(pefile.MACHINE_TYPE.get(header.Machine, hex(header.Machine))),
        "compilation_time": datetime.fromtimestamp(header.TimeDateStamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "number_of_symbols": header.NumberOfSymbols,
    }


def _flags(value: int, names: dict[Any, Any], prefix: str) -> list[str]:
    """The names of the flags in `value`; pefile's tables go both ways."""
    flags = {name: bit for name, bit in names.items() if isinstance(name, str) and name.startswith(prefix)}
    return [name for name, bit in flags.items() if value & bit == bit != 0]


def _version_info(pe: Any) -> Fields:
    told: dict[str, str] = {}
    with contextlib.suppress(*_BROKEN):
        for name, value in _version_strings(pe):
            told.setdefault(name, value)
    return {field: told.get(name, "") for field, name in _VERSION_FIELDS.items()}


def _version_strings(pe: Any) -> Iterator[tuple[str, str]]:
    for group in getattr(pe, "FileInfo", []):
        for info in group:
            for table in getattr(info, "StringTable", []):
                for name, value in table.entries.items():
                    yield _text(name), _text(value)


def _resources(pe: Any) -> Iterator[Fields]:
    left = MAX_RESOURCES
    for kind in _entries(getattr(pe, "DIRECTORY_ENTRY_RESOURCE", None)):
        ids = []
        for resource in _entries(getattr(kind, "directory", None)):
            if left <= 0:
                return
            languages = [_language(entry) for entry in _entries(getattr(resource, "directory", None))][:left]
            left -= max(1, len(languages))
            ids.append({"resource_langs": languages, "name": _resource_name(resource, {})})
        yield {"resource_ids": ids, "name": _resource_name(kind, pefile.RESOURCE_TYPE)}


def _entries(directory: Any) -> Iterable[Any]:
    entries: list[Any] = getattr(directory, "entries", None) or []
    return entries[:MAX_RESOURCES]


def _resource_name(entry: Any, names: dict[Any, Any]) -> str:
    if entry.name is not None:
        return _text(bytes(str(entry.name), "utf-8", "replace"))
    return str(names.get(entry.id, entry.id))


def _language(entry: Any) -> str:
    data = getattr(entry, "data", None)
    return str(pefile.LANG.get(getattr(data, "lang", None), getattr(data, "lang", entry.id)))


def _text(raw: bytes | None) -> str:
    """`raw` to be shown: what is no UTF-8 is escaped."""
    return (raw or b"")[:MAX_NAME].decode("utf-8", "backslashreplace")

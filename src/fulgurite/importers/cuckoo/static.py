"""What a report of the Cuckoo family tells of the program's bytes, as far as rules ask for it.

CAPE has it in `static.pe`, since 2.3 in `target.file.pe`; Cuckoo 1 and 2 have fields of `static` itself.
"""

from typing import Any, TypeVar

import msgspec

from fulgurite.importers import lenient
from fulgurite.importers.values import fraction, text
from fulgurite.model.static import StaticFacts

T = TypeVar("T")
MAX_SECTIONS = 96
"""As many as Windows loads."""


class _Program(msgspec.Struct):
    """CAPE's section on a program."""

    sections: Any = None
    guest_signers: Any = None
    imphash: Any = None
    versioninfo: Any = None


class _Static(msgspec.Struct):
    """The section `static`: CAPE's with the program within, Cuckoo's with fields of its own."""

    pe: lenient.Raw = lenient.EMPTY
    pe_sections: Any = None
    pe_imphash: Any = None
    pe_versioninfo: Any = None


class _File(msgspec.Struct):
    pe: lenient.Raw = lenient.EMPTY


class _Target(msgspec.Struct):
    file: lenient.Raw = lenient.EMPTY


def facts(sections: lenient.Members) -> StaticFacts | None:
    """What `sections` tell of the sample's bytes; None where they tell nothing of a program for Windows."""
    static = _read(sections.get("static"), _Static) or _Static()
    target = _read(sections.get("target"), _Target) or _Target()
    file = _read(target.file, _File) or _File()
    program = _read(static.pe, _Program) or _read(file.pe, _Program)
    if program is None:
        program = _Program(static.pe_sections, None, static.pe_imphash, static.pe_versioninfo)
    listed = [one for one in _list(program.sections)[:MAX_SECTIONS] if isinstance(one, dict)]
    if not listed:
        return None
    version = _version(program.versioninfo)
    return StaticFacts(
        imphash=text(program.imphash),
        sections=tuple(name for name in (text(one.get("name")) for one in listed) if name is not None),
        entropy=_entropy(listed),
        is_signed=_is_signed(program.guest_signers),
        company=version.get("CompanyName"),
        product=version.get("ProductName"),
        description=version.get("FileDescription"),
        original_name=version.get("OriginalFilename"),
    )


def _read(raw: lenient.Raw | None, kind: type[T]) -> T | None:
    return None if raw is None or lenient.is_null(raw) else lenient.tried(raw, kind)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _entropy(listed: list[dict[str, Any]]) -> int | None:
    """The highest of the sections', in hundredths of a bit a byte; what cannot be one is left aside."""
    told = [fraction(one.get("entropy")) for one in listed]
    possible = [round(100 * one) for one in told if one is not None and 0 <= one <= 8]  # noqa: PLR2004 - bits of a byte
    return max(possible, default=None)


def _is_signed(signers: Any) -> bool | None:
    """What the guest's own check said; None where there was none."""
    if not isinstance(signers, dict):
        return None
    if signers.get("aux_valid") is True:
        return True
    return False if signers.get("aux_error") is True else None


def _version(told: Any) -> dict[str, str]:
    """Fields of the version resource by name."""
    named = {text(one.get("name")): text(one.get("value")) for one in _list(told) if isinstance(one, dict)}
    return {name: value for name, value in named.items() if name is not None and value is not None}

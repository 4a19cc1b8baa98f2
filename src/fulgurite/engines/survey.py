"""What this version can use on this machine, found or not, and what to install where it is not.

Nothing is imported: what is looked for is whether it is there.
"""

from importlib import metadata
from importlib.util import find_spec
from typing import Final, NamedTuple

from fulgurite.model.administration import EngineEntry


class _Known(NamedTuple):
    name: str
    modules: tuple[str, ...]
    package: str
    runs: str
    install: str


_AGAIN = "install Fulgurite anew: pip install --force-reinstall fulgurite"
_KNOWN: Final = (
    _Known(
        "speakeasy",
        ("speakeasy", "unicorn"),
        "speakeasy-emulator",
        "Windows programs (EXE, DLL, drivers) of 32 and 64 bit, and shellcode, by emulation",
        _AGAIN,
    ),
    _Known("pefile", ("pefile",), "pefile", "headers of Windows programs, without running them", _AGAIN),
    _Known("yara-x", ("yara_x",), "yara-x", "YARA rules over samples and over what runs left", _AGAIN),
    _Known("pySigma", ("sigma",), "pysigma", "Sigma rules over runs", _AGAIN),
    _Known("maco", ("maco",), "maco", "extractors of settings of malware, from the folder extractors/", _AGAIN),
    _Known(
        "capa",
        ("capa",),
        "flare-capa",
        "capa's rules over runs",
        "install the extra `capa`: pip install 'fulgurite[capa]'",
    ),
)


def survey() -> tuple[EngineEntry, ...]:
    """All of it, what runs samples first."""
    return tuple(_entry(known) for known in _KNOWN)


def _entry(known: _Known) -> EngineEntry:
    missing = [module for module in known.modules if find_spec(module) is None]
    try:
        version = metadata.version(known.package)
    except metadata.PackageNotFoundError:
        version = None
    is_found = not missing
    return EngineEntry(
        name=known.name,
        version=version if is_found else None,
        is_found=is_found,
        runs=known.runs,
        reason=None if is_found else f"the Python package {known.package} is not installed",
        install=None if is_found else known.install,
    )

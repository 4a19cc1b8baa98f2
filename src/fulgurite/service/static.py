"""What the bytes of a kept file tell without running it: read once, then kept."""

import threading
from contextlib import suppress
from typing import Any

import msgspec

from fulgurite.engines import static
from fulgurite.errors import Damaged, EngineError, NotFound
from fulgurite.model.sample import Sample
from fulgurite.model.static import StaticFacts
from fulgurite.model.viewer import Viewer
from fulgurite.store import Store, static_facts

PE = "peinfo"
MAX_CHILDREN = 2
"""Files that are read at once."""

_children = threading.BoundedSemaphore(MAX_CHILDREN)


def pe_info(store: Store, digest: bytes, viewer: Viewer) -> bytes | None:
    """The facts of a Windows program as JSON; None when the file is none, cannot be read, or is not kept.

    Blocks, the first time for as long as a child takes. Raises EngineError, StoreError.
    """
    sha256 = _pe_of(store, digest, viewer)
    if sha256 is None:
        return None
    kept = static_facts.find(store.database, sha256, PE)
    if kept is None:
        with _children:
            kept = static_facts.find(store.database, sha256, PE) or _read(store, sha256)
    return None if kept.facts is None else kept.facts.encode("utf-8")


def of_sample(store: Store, sample: Sample) -> StaticFacts | None:
    """What rules may ask of the bytes of `sample`; None when it is no Windows program, or cannot be read.

    Blocks, the first time for as long as a child takes. Raises StoreError.
    """
    if sample.sha256 is None or not _is_pe(sample.file_type) or store.sample(sample.sha256) is None:
        return None
    try:
        kept = static_facts.find(store.database, sample.sha256, PE) or _read(store, sample.sha256)
    except (EngineError, NotFound, Damaged):
        return None
    return None if kept.facts is None else read(kept.facts)


def of_kept(store: Store, sha256: str | None) -> StaticFacts | None:
    """As `of_sample`, as far as it was read before."""
    kept = None if sha256 is None else static_facts.find(store.database, sha256, PE)
    return None if kept is None or kept.facts is None else read(kept.facts)


def read(facts: str) -> StaticFacts:
    """Kept facts in the form that rules ask for; what has another shape than it should is left out."""
    told = _Facts()
    with suppress(msgspec.DecodeError):
        told = msgspec.json.decode(facts, type=_Facts)
    version = told.vs_version_info
    return StaticFacts(
        type=_text(told.optional_headers.get("pe_type")),
        machine=_text(told.headers.get("machine_type")),
        subsystem=_text(told.optional_headers.get("subsystem")),
        compiled=_text(told.headers.get("compilation_time")),
        imphash=told.imphash or None,
        imports=tuple(f"{_module(dll.name)}.{name}" for dll in told.imported_dlls for name in dll.functions),
        exports=told.exported_functions,
        sections=tuple(section.name for section in told.section_headers),
        entropy=max((round(100 * section.entropy) for section in told.section_headers), default=None),
        resources=tuple(resource.name for resource in told.resource_info),
        company=version.get("company_name") or None,
        product=version.get("product_name") or None,
        description=version.get("file_description") or None,
        original_name=version.get("original_filename") or None,
    )


class _Named(msgspec.Struct, frozen=True):
    name: str = ""
    functions: tuple[str, ...] = ()
    entropy: float = 0


class _Facts(msgspec.Struct):
    """The parts of the v4 API's `peinfo` that rules may ask for."""

    optional_headers: dict[str, Any] = msgspec.field(default_factory=dict)
    headers: dict[str, Any] = msgspec.field(default_factory=dict)
    vs_version_info: dict[str, str] = msgspec.field(default_factory=dict)
    imphash: str = ""
    imported_dlls: tuple[_Named, ...] = ()
    exported_functions: tuple[str, ...] = ()
    section_headers: tuple[_Named, ...] = ()
    resource_info: tuple[_Named, ...] = ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _module(dll: str) -> str:
    """The library as APIs name it: without its ending, in lower case."""
    return dll.lower().removesuffix(".dll")


def listed(store: Store, sha256: str, file_type: str | None) -> list[str]:
    """The names of the facts that there are of a kept file, as far as is known without reading it."""
    if not _is_pe(file_type):
        return []
    kept = static_facts.find(store.database, sha256, PE)
    return [PE] if kept is None or kept.facts is not None else []


def _pe_of(store: Store, digest: bytes, viewer: Viewer) -> str | None:
    """The SHA-256 of the file, where it is kept and a Windows program."""
    digests = store.digests(digest.hex(), viewer)
    sample = None if digests is None else store.sample(digests.sha256)
    if digests is None or sample is None or not _is_pe(sample.file_type):
        return None
    return digests.sha256


def _is_pe(file_type: str | None) -> bool:
    return (file_type or "").startswith("pe32")


def _read(store: Store, sha256: str) -> static_facts.Kept:
    sample = store.sample(sha256)
    is_small = sample is not None and (sample.size_bytes or 0) <= static.MAX_SAMPLE_BYTES
    said = static.pe_facts(store.sample_bytes(sha256)) if is_small else None
    facts = None if said is None else said.decode("utf-8")
    with store.database.write("keeping static facts", durable=False) as connection:
        static_facts.insert(connection, sha256, PE, facts)
    return static_facts.Kept(facts)

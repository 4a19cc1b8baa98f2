"""The child: reads pieces of bytes from standard input, says what extractors find, gives up all else before.

Run as `python -I -m fulgurite.engines.extraction.child FOLDER...`.
"""

import io
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from maco.extractor import Extractor
from maco.model import ExtractorModel

from fulgurite.engines.extraction.found import Given, Told
from fulgurite.engines.extraction.loading import attempted, loaded
from fulgurite.engines.isolation import confine, die_with_parent, limit

MEMORY_BYTES = 4 << 30
CPU_S = 120
FILE_BYTES = 64 << 20
"""The most that may be written to any file, standard output included."""


def main(folders: list[str]) -> int:
    """Reads, asks and tells; returns the exit status."""
    die_with_parent()
    pieces = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[Given])
    # Nothing that an extractor prints stands among what is told.
    out, sys.stdout = sys.stdout.buffer, sys.stderr
    with tempfile.TemporaryDirectory(prefix="fulgurite-extraction-") as folder:
        limit(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S, file_bytes=FILE_BYTES)
        confine(Path(folder))
        for told in _told([Path(one) for one in folders], pieces):
            out.write(msgspec.json.encode(told) + b"\n")
            out.flush()
    return 0


def _told(folders: list[Path], pieces: list[Given]) -> Iterator[Told]:
    found = loaded(folders)
    yield from (Told("", fault=fault) for fault in found.faults)
    for piece in pieces:
        for extractor in found.extractors:
            told = _asked(extractor, piece)
            if told is not None:
                yield told


def _asked(extractor: Extractor, piece: Given) -> Told | None:
    """What `extractor` finds in `piece`; None for nothing."""
    name = type(extractor).__name__
    values, fault = attempted(partial(_found, extractor, piece.data))
    if fault is not None:
        return Told(name, piece.name, fault=fault)
    return None if values is None else Told(name, piece.name, values)


def _found(extractor: Extractor, data: bytes) -> dict[str, Any] | None:
    """The model of maco without what is not set; None where the extractor is not for these bytes, or finds nothing."""
    matches = extractor.yara_compiled.match(data=data)
    found = extractor.run(io.BytesIO(data), matches) if matches else None
    if not found:
        return None
    model = ExtractorModel.model_validate(found)
    values: dict[str, Any] = ExtractorModel(**model.model_dump()).model_dump(mode="json", exclude_defaults=True)
    return values


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

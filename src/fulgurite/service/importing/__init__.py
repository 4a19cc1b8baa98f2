"""Foreign reports come in: read in processes of their own, named, matched, kept; found then by every known hash."""

from fulgurite.service.importing.folders import Unit, below, opened
from fulgurite.service.importing.imports import Importing, Rehearsal
from fulgurite.service.importing.ledger import NoLedger, StoreLedger
from fulgurite.service.importing.outcomes import Imported, Outcome
from fulgurite.service.importing.readers import Bounds, Closed, Readers
from fulgurite.service.importing.watching import Remembrance, Signature, Watch
from fulgurite.service.importing.writer import Writer

__all__ = [
    "Bounds",
    "Closed",
    "Imported",
    "Importing",
    "NoLedger",
    "Outcome",
    "Readers",
    "Rehearsal",
    "Remembrance",
    "Signature",
    "StoreLedger",
    "Unit",
    "Watch",
    "Writer",
    "below",
    "opened",
]

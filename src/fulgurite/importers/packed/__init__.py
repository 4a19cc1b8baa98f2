"""Packed input: the reports in what a caller gave, taken out in memory and within caps."""

from fulgurite.importers.packed.caps import Caps
from fulgurite.importers.packed.document import Document
from fulgurite.importers.packed.walk import documents

__all__ = ["Caps", "Document", "documents"]

"""Reports of Cuckoo3."""

from fulgurite.importers.cuckoo3.formats import Cuckoo3

__all__ = ["Cuckoo3"]

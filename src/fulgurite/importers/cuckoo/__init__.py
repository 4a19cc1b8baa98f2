"""Reports of Cuckoo and its descendants: CAPE, and Cuckoo 1 and 2 with their forks."""

from fulgurite.importers.cuckoo.formats import Cape, Cuckoo

__all__ = ["Cape", "Cuckoo"]

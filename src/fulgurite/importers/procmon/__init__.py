"""Logs of Process Monitor."""

from fulgurite.importers.procmon.formats import Procmon

__all__ = ["Procmon"]

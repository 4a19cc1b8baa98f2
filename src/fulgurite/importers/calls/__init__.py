"""Calls of the Windows API as events: one table for every source that logs calls by name."""

from fulgurite.importers.calls.call import Call, Contact, Row
from fulgurite.importers.calls.table import Table

__all__ = ["Call", "Contact", "Row", "Table"]

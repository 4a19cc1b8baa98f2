"""Logs and reports of DRAKVUF Sandbox."""

from fulgurite.importers.drakvuf.formats import DrakvufLog, DrakvufReport

__all__ = ["DrakvufLog", "DrakvufReport"]

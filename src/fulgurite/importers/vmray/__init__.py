"""Reports of VMRay."""

from fulgurite.importers.vmray.formats import VmrayLog, VmraySummary

__all__ = ["VmrayLog", "VmraySummary"]

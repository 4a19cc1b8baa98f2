"""Windows event logs as JSON: Sysmon, Security and what stands beside them."""

from fulgurite.importers.eventlog.formats import EventLog

__all__ = ["EventLog"]

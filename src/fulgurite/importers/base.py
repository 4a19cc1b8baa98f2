"""What an importer is."""

from typing import Protocol

from fulgurite.model.report import Report


class Importer(Protocol):
    """Reads the reports of one format. Pure: opens nothing, asks no clock, keeps no state."""

    name: str
    """The format's word: `metadefender`, `runlog`, `triage`; ends up in Source.name and in the import's outcome."""

    def sniff(self, data: bytes) -> bool:
        """Whether `data` is of this format, told by its content. Cheap, and never raises."""
        ...

    def parse(self, data: bytes) -> Report:
        """The report in `data`. Raises MalformedReport and nothing else, whatever the bytes."""
        ...

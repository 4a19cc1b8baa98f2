"""What an importer is."""

from typing import Protocol

from fulgurite.importers.content import Content
from fulgurite.model.report import Report


class Importer(Protocol):
    """Reads the reports of one format. Pure: opens nothing, asks no clock, keeps no state."""

    name: str
    """The format's word: `metadefender`, `runlog`, `triage`; ends up in Source.name and in the import's outcome."""

    def sniff(self, content: Content) -> bool:
        """Whether it is of this format, told by what stands in it; never raises.

        Every format is asked about every document: to be answered from what `content` finds once for all of them (its
        start, its members), not by another pass over the bytes.
        """
        ...

    def parse(self, content: Content) -> Report:
        """The report in `content`. Raises MalformedReport and nothing else, whatever the bytes."""
        ...

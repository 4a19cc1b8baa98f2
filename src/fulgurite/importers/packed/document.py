"""One document out of what a caller gave."""

from typing import NamedTuple

from fulgurite.errors import InputError


class Document(NamedTuple):
    """The bytes of one file that may be a report, or why they could not be taken out."""

    name: str | None
    """Its path within the archive, hostile text; of what is no archive the name that was given, if any."""
    data: bytes
    """Its own bytes, unpacked and otherwise as they were; empty where there is a fault."""
    fault: InputError | None = None
    """Why this one could not be taken out, where others could."""

"""The way through packed input down to its documents."""

from collections.abc import Iterator

from fulgurite.importers.packed import streams
from fulgurite.importers.packed.caps import Budget, Caps
from fulgurite.importers.packed.document import Document

_USUAL = Caps()


def documents(
    data: bytes, *, name: str | None = None, passwords: tuple[str, ...] = (), caps: Caps = _USUAL
) -> Iterator[Document]:
    """The documents in `data`; what is not packed is one document itself.

    `name` is what the input is called, `passwords` are tried on what is encrypted, before those that are usual for
    samples. Raises InputError: TooLarge over a cap, MalformedReport for a damaged archive, UnknownFormat for one
    without a report.
    """
    del passwords
    budget = Budget(caps, len(data))
    if data.startswith(streams.GZIP):
        data = streams.gunzipped(data, budget)
    yield Document(name, data)

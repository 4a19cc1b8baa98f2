"""Where the parts of a report lead to: the server's pages and files, or nowhere in a file that stands alone."""

from urllib.parse import quote, urlencode

from fulgurite.model.base import Model


class Links(Model, frozen=True, kw_only=True):
    """Addresses for one analysis. Each is None where there is no server to ask, so that a part makes no link of it."""

    sandbox_id: str | None = None
    """The analysis; None: the report stands alone."""

    @property
    def is_offline(self) -> bool:
        return self.sandbox_id is None

    def events(self, **filters: str | int) -> str | None:
        """The event explorer with these filters: `procid`, `kind`, `signature`, `flow`, `event`, `q`."""
        query = f"?{urlencode(filters, errors='replace')}" if filters else ""
        return None if self.sandbox_id is None else f"/sandbox/{self.sandbox_id}/activity{query}"

    def behind(self, label: str) -> str | None:
        """Where scripts ask for the events behind a signature."""
        return self._of_session("signatures", label, "events")

    def artifact(self, name: str) -> str | None:
        """An artifact to be kept, neutered."""
        return self._of_session("artifacts", name)

    @property
    def original(self) -> str | None:
        """What the report was read from."""
        return self._of_session("original")

    @property
    def raw(self) -> str | None:
        """The analysis as the interface gives it."""
        return self._of_session()

    @property
    def export(self) -> str | None:
        """The report as one file that stands alone."""
        made = self._of_session("export")
        return None if made is None else f"{made}?format=html"

    def file(self, digest: str | None) -> str | None:
        """What is known of the file of this digest."""
        return None if self.sandbox_id is None or digest is None else f"/hash/{_part(digest)}"

    def _of_session(self, *parts: str) -> str | None:
        if self.sandbox_id is None:
            return None
        return "/".join(("/session/v4/sandbox", self.sandbox_id, *map(_part, parts)))


def _part(text: str) -> str:
    """One part of a path."""
    return quote(text, safe="", errors="replace")


ALONE = Links()
"""Of a file that stands alone."""

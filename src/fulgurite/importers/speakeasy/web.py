"""Names asked for and traffic of the emulated network."""

from fulgurite.importers import paths
from fulgurite.importers.calls import Contact
from fulgurite.importers.draft import Draft
from fulgurite.importers.speakeasy.shapes import Seen
from fulgurite.importers.values import port, text
from fulgurite.model.events import DnsAnswer, DnsQuery, HttpRequest

_HTTPS = 443
_WEB_PORTS = frozenset({None, 80, 443})


class Web:
    """Collects what the emulator answered in the network's place."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._addresses: dict[str, str] = {}

    def name(self, seen: Seen, procid: int | None) -> None:
        """A name that was asked for, with the address that was made up for it."""
        name, address = text(seen.query), text(seen.response)
        if name is None:
            self.draft.count.unreadable("dns")
            return
        self.draft.count.carry()
        if not self.draft.is_covered("domain", "", name):
            self.draft.add(DnsQuery(procid=procid, name=name))
        if address is not None:
            self._addresses[name] = address
            self.draft.add(DnsAnswer(procid=procid, name=name, values=(address,)))

    def traffic(self, seen: Seen, procid: int | None) -> None:
        """Bytes sent to a server; as a web request where the protocol says so."""
        server, proto = text(seen.server), text(seen.proto) or "tcp"
        if server is None:
            self._nowhere(seen)
            return
        if text(seen.type) == "bind":
            self.draft.count.leave("traffic bind")
            return
        if "http" in proto:
            self.request(seen, procid)
            return
        self.draft.count.carry()
        self._reach(proto.partition(".")[0], server, port(seen.port), procid)

    def request(self, seen: Seen, procid: int | None) -> None:
        """A web request: headers are the request as sent, its first line included."""
        server = text(seen.server)
        if server is None:
            self._nowhere(seen)
            return
        self.draft.count.carry()
        place = port(seen.port)
        self._reach("tcp", server, place, procid)
        lines = (text(seen.headers) or "").splitlines()
        words = lines[0].split(" ") if lines else []
        is_line = len(words) > 1 and words[1].startswith("/")
        path = words[1] if is_line else "/"
        method = words[0] if is_line else text(seen.method) or "GET"
        scheme = "https" if place == _HTTPS else "http"
        shown = server if place in _WEB_PORTS else paths.address(server, place)
        headers = tuple(line for line in (lines[1:] if is_line else lines) if ": " in line)
        self.draft.add(HttpRequest(procid=procid, method=method, url=f"{scheme}://{shown}{path}", headers=headers))

    def _nowhere(self, seen: Seen) -> None:
        """Traffic without a server: to the empty name, as programs ask for it, or of another shape."""
        if seen.server == "":
            self.draft.count.leave("traffic to no server")
        else:
            self.draft.count.unreadable("traffic")

    def _reach(self, proto: str, server: str, place: int | None, procid: int | None) -> None:
        host = self._addresses.get(server, server)
        self.draft.contacts.append((Contact(proto=proto, host=host, port=place), procid, None))

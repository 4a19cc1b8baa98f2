"""The kernel logs of Hatching Triage: JSON lines of {"kind": "onemon.Process", "event": {...}}."""

from typing import Any

import msgspec

from fulgurite.errors import MalformedReport
from fulgurite.importers import jsonlines, mending
from fulgurite.importers.content import Content
from fulgurite.importers.kernel.messages import Messages
from fulgurite.importers.kernel.report import Log
from fulgurite.importers.machines import Os
from fulgurite.model.report import Report

_SYSTEMS: dict[str, Os] = {"onemon": "windows", "stahp": "linux", "bigmac": "macos", "droidy": "android"}


class _Line(msgspec.Struct):
    kind: str
    event: dict[str, Any] = {}


_LINE = msgspec.json.Decoder(_Line)
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class KernelLog:
    """onemon.json, stahp.json, bigmac.json, droidy.json."""

    name = "triage-kernel"

    def sniff(self, content: Content) -> bool:
        if content.start[:1] != b"{" or not {"kind", "event"} & content.keys:
            return False
        line = _line(content.start.partition(b"\n")[0])
        return line is not None and line.kind.partition(".")[0] in _SYSTEMS

    def parse(self, content: Content) -> Report:
        log: Log | None = None
        messages: Messages | None = None
        unreadable = 0
        for raw in jsonlines.split(content.text):
            line = _line(raw)
            if line is None:
                unreadable += 1
                continue
            monitor, _, kind = line.kind.partition(".")
            if log is None or messages is None:
                log = Log(self.name, monitor, _SYSTEMS.get(monitor, "windows"))
                messages = Messages(log.draft, log.os)
            messages.read(kind, line.event, line.kind)
        if log is None:
            raise MalformedReport("no line of it is a message of a kernel monitor", where=self.name)
        if unreadable > 0:
            log.draft.count.unreadable("lines", unreadable)
        return log.report()


def _line(raw: bytes) -> _Line | None:
    try:
        return _LINE.decode(raw)
    except _BROKEN:
        pass
    try:
        return _LINE.decode(mending.mended(raw))
    except _BROKEN:
        return None

"""Process Monitor's exports: CSV with its columns' names, XML with processes and events apart."""

import csv
import io

from fulgurite.errors import MalformedReport
from fulgurite.importers import markup
from fulgurite.importers.content import Content
from fulgurite.importers.gathering import Gathered
from fulgurite.importers.markup import Element
from fulgurite.importers.procmon.reader import Log
from fulgurite.model.report import Report

_COLUMNS = ("process name", "pid", "operation", "path", "result")
_WHOLE = frozenset({"process", "event"})


class Procmon:
    """Both exports."""

    name = "procmon"

    def sniff(self, content: Content) -> bool:
        start = content.start
        if b"<procmon" in start or (b"<processlist>" in start and b"<" in start[:1]):
            return True
        head = start.partition(b"\n")[0].lower() if start[:1] == b'"' else b""
        return all(f'"{name}"'.encode() in head for name in _COLUMNS)

    def parse(self, content: Content) -> Report:
        log = Log(Gathered(self.name))
        whole = content.text
        if whole.lstrip()[:1] == b"<":
            markup.read(whole, _WHOLE, lambda one: _take(log, one), self.name)
        else:
            self._read_lines(log, whole)
        if log.events == 0 and not log.out.draft.processes:
            raise MalformedReport("there is neither process nor event in it", where=self.name)
        return log.report()

    def _read_lines(self, log: Log, whole: bytes) -> None:
        rows = csv.reader(io.TextIOWrapper(io.BytesIO(whole), "utf-8", "replace", newline=""))
        try:
            names = [name.strip().lower() for name in next(rows, [])]
            if not set(_COLUMNS) <= set(names):
                raise MalformedReport("its first line does not name the columns of Process Monitor", where=self.name)
            for row in rows:
                if row:
                    log.event(dict(zip(names, row, strict=False)))
        except csv.Error as error:
            raise MalformedReport(f"not CSV that can be read: {error}", where=self.name) from error


def _take(log: Log, one: Element) -> None:
    """One element: its children by the names of the columns."""
    told = {child.name.replace("_", " ").lower(): child.text for child in one.children}
    if one.name == "process":
        log.process(told)
    elif one.name == "event":
        log.event(told)

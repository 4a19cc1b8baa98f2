"""What is shown of imports: a line for each report, how far it is, what it came to."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fulgurite.cli.terminal import safe, unicode_of
from fulgurite.service.importing import Imported, Unit

_OUTCOMES = ("imported", "duplicate", "refused")
_UNKNOWN = "no known format"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What --json prints for each report, and for each file or member without one."""

    path: str
    outcome: str
    """`imported`, `duplicate` or `refused`."""
    reason: str | None = None
    """Why it was refused."""
    format: str | None = None
    sha256: str | None = None
    sandbox_id: str | None = None
    member: str | None = None
    """The path within an archive; None where the file is none."""


def name_of(unit: Unit) -> str:
    """What `unit` is called: its whole path, since a hash may stand in the name of a folder, too."""
    return unicode_of(str(unit.path))


def lines_of(unit: Unit, outcomes: tuple[Imported, ...]) -> Iterator[Line]:
    """What is told of the reports in `unit`."""
    for one in outcomes:
        yield Line(
            path=unicode_of(str(unit.path)),
            outcome=one.outcome,
            reason=one.reason,
            format=one.format,
            sha256=one.sha256,
            sandbox_id=one.sandbox_id,
            member=None if unit.parts else one.member,
        )


def text_of(line: Line) -> str:
    """`line` for a person, with nothing in it that a terminal would act on."""
    told = line.reason if line.reason is not None else f"{line.format} {line.sha256}"
    path = line.path if line.member is None else f"{line.path}/{line.member}"
    return f"{line.outcome:<9}  {safe(path)}  {safe(told)}"


class Counts:
    """What it came to, by format and outcome."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    @property
    def refused(self) -> int:
        """How many were refused."""
        return self._total("refused")

    def add(self, line: Line) -> None:
        """Counts a report."""
        self._counts[line.format or _UNKNOWN, line.outcome] += 1

    def table(self, left: int, *, is_rehearsal: bool) -> Iterator[str]:
        """The lines of the table, and the sum; `left`: files that lie beside reports and were not looked at."""
        formats = sorted({word for word, _ in self._counts}, key=lambda word: (word == _UNKNOWN, word))
        width = max(map(len, formats), default=0)
        if len(formats) > 1:
            yield f"{'':<{width}}  " + "  ".join(f"{outcome:>9}" for outcome in _OUTCOMES)
            for word in formats:
                yield f"{word:<{width}}  " + "  ".join(f"{self._counts[word, outcome]:>9}" for outcome in _OUTCOMES)
        if left > 0:
            yield f"{left} files that lie beside reports were not looked at"
        told = ", ".join(f"{self._total(outcome)} {outcome}" for outcome in _OUTCOMES)
        yield f"{told}; nothing was stored, this was a rehearsal" if is_rehearsal else told

    def _total(self, outcome: str) -> int:
        return sum(count for (_, each), count in self._counts.items() if each == outcome)


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where that is a terminal; call what it gives for each of the `total` that is done."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn("import"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("import", total=total)
        yield lambda: bar.advance(task)

"""What a person sees: hostile text made safe, colours and progress on a terminal only."""

import os
import sys
import unicodedata
from collections.abc import Mapping
from types import TracebackType
from typing import Self, TextIO

from fulgurite.model.verdict import Verdict

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that a terminal acts on or does not show: controls, bidi marks, surrogates, line breaks."""
_COLOURS = {Verdict.MALICIOUS: "31;1", Verdict.SUSPICIOUS: "33;1", Verdict.BENIGN: "32;1", Verdict.UNKNOWN: "1"}
_CLEAR_LINE = "\r\x1b[K"


def safe(text: str, limit: int | None = None) -> str:
    """`text` on one line with nothing that a terminal would act on: each such character is written as its escape.

    A backslash stays as it is, so that Windows paths can be read; text longer than `limit` ends in an ellipsis.
    """
    shown = "".join(_escaped(c) if unicodedata.category(c) in _HIDDEN else c for c in text)
    return shown if limit is None or len(shown) <= limit else shown[: limit - 1] + "…"


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:  # noqa: PLR2004 - two hex digits are enough
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - four hex digits are enough


def unicode_of(text: str) -> str:
    """`text` from the command line or the file system with bytes that are no UTF-8 written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def is_coloured(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether colours may be written to `stream`: a terminal, and NO_COLOR is not set (no-color.org)."""
    return stream.isatty() and environ.get("NO_COLOR", "") == "" and environ.get("TERM") != "dumb"


def verdict_text(verdict: Verdict, *, coloured: bool) -> str:
    """The word of `verdict`, in its colour when `coloured`."""
    return f"\x1b[{_COLOURS[verdict]}m{verdict.value}\x1b[0m" if coloured else verdict.value


def note(text: str) -> None:
    """Writes `text`, made safe, as a line to standard error."""
    sys.stderr.write(safe(text) + "\n")
    sys.stderr.flush()


class Progress:
    """One line on standard error that changes in place; silent when that is no terminal."""

    _WIDTH = 30

    def __init__(self, label: str, stream: TextIO | None = None) -> None:
        """`label` stands before the bar and is made safe."""
        self._stream = sys.stderr if stream is None else stream
        self._label = safe(label, 40)
        self._is_shown = self._stream.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write(_CLEAR_LINE)

    def show(self, percent: int, state: str) -> None:
        """Shows `percent` (0-100) and the word `state`."""
        done = self._WIDTH * percent // 100
        bar = "━" * done + "─" * (self._WIDTH - done)
        self._write(f"{_CLEAR_LINE}{self._label} {bar} {percent:3d} % {safe(state)}")

    def _write(self, text: str) -> None:
        if self._is_shown:
            self._stream.write(text)
            self._stream.flush()

"""Names of files, made of what others call them: to be shown, never to be used as a path."""

import re
import unicodedata

MAX_NAME_LENGTH = 255
"""Characters of a display name, the most that common file systems take."""
_MAX_ENDING_LENGTH = 16
"""An ending up to this length (with its dot) is kept when a name is shortened."""
MAX_PATH_LENGTH = 1024
"""Characters of the path of a file in an archive."""

_SEPARATORS = re.compile(r"[/\\]")


def display_name(raw: bytes) -> str | None:
    r"""A name to show, made of the `raw` one that a client gave: never a path, at most 255 characters.

    What comes before the last `/` or `\` goes; control, format and bidi characters become `_`. None when nothing
    is left to show.
    """
    text = raw.decode("utf-8", errors="replace")
    parts = [part for part in (_shown(part) for part in _SEPARATORS.split(text)) if part != ""]
    if not parts or parts[-1] in {".", ".."}:
        return None
    return _shortened(parts[-1])


def _shown(text: str) -> str:
    return "".join("_" if unicodedata.category(c) in _HIDDEN else c for c in text).strip()


def member_path(raw: str) -> str:
    r"""The path of a file in an archive, made of the `raw` one that the archive has, to be shown.

    With `/` between its parts; `..`, empty parts and drive letters stay to be seen, control, format and bidi
    characters become `_`; of a long one the end.
    """
    return "/".join(_shown(part) for part in _SEPARATORS.split(raw))[-MAX_PATH_LENGTH:]


_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories that change how the text around them looks: controls, bidi marks, zero-width, line breaks."""


def _shortened(name: str) -> str:
    if len(name) <= MAX_NAME_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    if dot == "" or len(ending) >= _MAX_ENDING_LENGTH:
        return name[:MAX_NAME_LENGTH]
    return stem[: MAX_NAME_LENGTH - len(ending) - 1] + dot + ending

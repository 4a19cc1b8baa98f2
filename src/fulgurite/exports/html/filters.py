"""Hostile text on a page: escaped, with nothing hidden in it, and no address of it to be clicked."""

import re
import unicodedata
from datetime import UTC, datetime

from markupsafe import Markup, escape

_SCHEME = re.compile(r"\b(h)(tt)(ps?)(?=:)", re.IGNORECASE)
_HOST = re.compile(r"(?<=[0-9A-Za-z\]])\.(?=[0-9A-Za-z\[])")
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Letters and marks without a look of their own (Unicode's Default_Ignorable_Code_Point), which count as printable."""
_UNITS = ("B", "KB", "MB", "GB", "TB")
_STEP = 1024
_MS_OF_SECOND = 1000
NONE = "\N{EN DASH}"
"""Stands where there is no figure."""


def visible(text: str | None, limit: int | None = None) -> Markup:
    """`text` escaped, each character that does not show or that turns text around as a mark with its code point.

    Text longer than `limit` characters is cut, with what is left out told. None gives nothing.
    """
    if text is None:
        return Markup("")
    left_out = 0 if limit is None else max(0, len(text) - limit)
    shown = text if left_out == 0 else text[:limit]
    told = escape(shown) if _is_seen(shown) else Markup("").join(_shown(character) for character in shown)
    if left_out == 0:
        return told
    return told + Markup(
        '<span class="cut" title="cut for the page; the whole text is in the JSON">… {} more</span>'
    ).format(left_out)


def _is_seen(text: str) -> bool:
    return text.isprintable() and (text.isascii() or _UNSEEN.search(text) is None)


def _shown(character: str) -> Markup:
    if _is_seen(character):
        return escape(character)
    name = unicodedata.name(character, "control character").lower()
    return Markup('<span class="mark" title="{}">U+{:04X}</span>').format(name, ord(character))


def defanged(text: str | None, limit: int | None = None) -> Markup:
    """`text` as `visible`, its URLs, host names and addresses written so that no program takes them for such."""
    if text is None:
        return Markup("")
    return visible(_HOST.sub("[.]", _SCHEME.sub(r"\1xx\3", text)), limit)


def when(moment: datetime | None) -> str:
    """`2026-11-22 19:35:00`, in UTC; a dash where there is none."""
    return NONE if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def since_start(ms: int | None) -> str:
    """Milliseconds since the run began as seconds: `12.345`; a dash where the source tells no time."""
    return NONE if ms is None else f"{ms / _MS_OF_SECOND:.3f}"


def size(length: int | None) -> str:
    """A length in bytes in the largest unit (of 1,024) that leaves a figure before the point."""
    if length is None:
        return NONE
    value, unit = float(length), 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    return f"{length} B" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def count(number: int | None) -> str:
    """A whole number with its thousands parted; a dash for None."""
    return NONE if number is None else f"{number:,}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 process`, `2 processes`: `many` is `one` with an s where it is not given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


FILTERS = {
    "visible": visible,
    "defanged": defanged,
    "when": when,
    "since_start": since_start,
    "size": size,
    "count": count,
    "plural": plural,
}
"""As the templates call them."""

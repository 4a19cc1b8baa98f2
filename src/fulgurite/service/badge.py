"""The badge of a file: a small picture that says what the last analysis found."""

from typing import NamedTuple

from fulgurite.model.verdict import Verdict

_LABEL = "fulgurite"
_CHARACTER_PX = 7
_MARGIN_PX = 6
_HEIGHTS_PX = {"small": 20, "large": 36}
SIZES = tuple(_HEIGHTS_PX)


class _Look(NamedTuple):
    words: str
    colour: str


_LOOKS = {
    Verdict.MALICIOUS: _Look("Threat detected", "#b3261e"),
    Verdict.SUSPICIOUS: _Look("Suspicious", "#8a5a00"),
    Verdict.BENIGN: _Look("No threat detected", "#1b6e3c"),
    Verdict.UNKNOWN: _Look("No information available", "#5f6368"),
}

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {box} 20" role="img"'
    ' aria-label="{label}: {words}"><title>{label}: {words}</title>'
    '<path fill="#333" d="M0 0h{left}v20H0z"/><path fill="{colour}" d="M{left} 0h{right}v20H{left}z"/>'
    '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
    '<text x="{left_middle}" y="14">{label}</text><text x="{right_middle}" y="14">{words}</text></g></svg>'
)


def badge(verdict: Verdict, size: str) -> bytes:
    """An SVG that says `verdict`; `size` is one of SIZES."""
    look = _LOOKS[verdict]
    left, right = (2 * _MARGIN_PX + _CHARACTER_PX * len(text) for text in (_LABEL, look.words))
    height = _HEIGHTS_PX[size]
    drawn = _SVG.format(
        width=(left + right) * height // 20,
        height=height,
        box=left + right,
        label=_LABEL,
        words=look.words,
        colour=look.colour,
        left=left,
        right=right,
        left_middle=left / 2,
        right_middle=left + right / 2,
    )
    return drawn.encode("utf-8")

"""Names of members: which may be reports."""

import re

_ENDINGS = re.compile(
    r"\.(json|jsonl|ndjson|log|txt|xml|csv|evtx|pb|stix|stix2|maec)(\.(gz|zst|bz2|xz))?$"
    r"|\.(gz|zst|bz2|xz|zip|7z|tar|tgz|tbz2|txz|tzst)$",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"(^|/)(__MACOSX/|\._[^/]*$)")
"""What macOS puts beside each file of an archive, under the file's own name."""
_PACKED = re.compile(r"\.(gz|zst|bz2|xz)$", re.IGNORECASE)


def plain(name: str) -> str:
    """`name` with forward slashes and without `./` in front."""
    return name.replace("\\", "/").removeprefix("./")


def may_be_report(name: str) -> bool:
    """Whether a member called `name` is worth inflating."""
    return _ENDINGS.search(name) is not None and _BESIDE.search(name) is None


def unpacked(name: str) -> str:
    """`name` without the ending of a compressed file."""
    return _PACKED.sub("", name)

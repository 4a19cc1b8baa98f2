"""How sandboxes lay out the folder of one analysis: the report, and the log of events that belongs to it.

In an archive that holds such a folder these members alone are looked at; all else in it (the sample, memory, files that
were dropped) stays packed.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from fulgurite.importers.packed import names

_PLUGINS = (
    r"(apimon|bsodmon|callbackmon|clipboardmon|codemon|cpuidmon|crashmon|debugmon|delaymon|dkommon|envmon|etwmon|exmon"
    r"|exploitmon|fileextractor|filedelete|filetracer|hidevm|hidsim|inject|ipt|librarymon|memaccessmon|memdump|objmon"
    r"|poolmon|procdump|procmon|ptracemon|regmon|rootkitmon|rpcmon|socketmon|spraymon|ssdtmon|syscalls?|tlsmon"
    r"|unixsocketmon|userhook|windowmon|wmimon)\.log|ttps\.json"
)


class Layout(NamedTuple):
    """The names of one sandbox, relative to the folder of an analysis."""

    word: str
    formats: frozenset[str]
    """Words of the importers that read its parts; what turns out to be of another stands for itself."""
    mains: tuple[str, ...]
    """Patterns of the report itself; where several are there the first counts, as it tells the most."""
    logs: tuple[str, ...] = ()
    """Patterns of the logs beside it; where several are there all count."""


class Group(NamedTuple):
    """The members of one analysis."""

    layout: Layout
    root: str
    """The folder it lies in: empty, or with a slash at its end."""
    parts: tuple[str, ...]
    """Their full names, the report first."""
    beside: tuple[str, ...]
    """Other JSON files in the folder of the report itself: none of the sandbox's own, so perhaps reports of others."""


LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "vmray",
        frozenset({"vmray", "vmray-flog"}),
        (r"logs/summary_v2\.json", r"logs/summary\.json"),
        (r"logs/flog\.xml",),
    ),
    Layout("vmray", frozenset({"vmray", "vmray-flog"}), (r"summary_v2\.json",), (r"flog\.xml",)),
    Layout("cuckoo3", frozenset({"cuckoo3", "threemon"}), (r"post\.json",), (r"(logs/|task_\w+/)?threemon\.pb",)),
    Layout(
        "triage",
        frozenset({"triage", "triage-kernel"}),
        (r"report_triage\.json",),
        (r"(logs/)?(onemon|stahp|bigmac|droidy)\.json", r"\.\./overview\.json"),
    ),
    Layout("cuckoo", frozenset({"cape", "cuckoo"}), (r"reports/report\.json", r"reports/lite\.json")),
    Layout("drakvuf", frozenset({"drakvuf", "drakvuf-report"}), (r"drakmon\.log",), (r"report\.json",)),
    Layout("drakvuf", frozenset({"drakvuf", "drakvuf-report"}), (_PLUGINS,), (r"[a-z_]+\.log", r"report\.json")),
)
"""Asked in this order; a folder that one has taken is not asked of again."""

_COMPILED = [
    (row, [re.compile(rf"(?P<root>(.*/)?)({main})(\.(gz|zst))?", re.IGNORECASE) for main in row.mains])
    for row in LAYOUTS
]


def grouped(members: Iterable[str]) -> tuple[list[Group], list[str]]:
    """The analyses among `members`, and what lies outside their folders."""
    left = [name for name in members if names.may_be_report(name)]
    groups: list[Group] = []
    for layout, mains in _COMPILED:
        found: dict[str, tuple[int, list[str]]] = {}
        for name in left:
            _note(found, name, mains)
        for root, (_, listed) in found.items():
            parts = listed if layout.word == "drakvuf" else listed[:1]
            whole = tuple(dict.fromkeys((*parts, *_logs(layout, root, left))))
            groups.append(Group(layout, root, whole, _beside(mains, whole, left)))
        taken = {name for group in groups for name in group.parts}
        roots = tuple(found)
        left = [name for name in left if name not in taken and not names.plain(name).startswith(roots)]
    return groups, left


def _note(found: dict[str, tuple[int, list[str]]], name: str, mains: list[re.Pattern[str]]) -> None:
    """Notes `name` where it is the report of a folder: those of an earlier pattern take the place of later ones."""
    for rank, pattern in enumerate(mains):
        hit = pattern.fullmatch(names.plain(name))
        if hit is None:
            continue
        known = found.get(hit["root"])
        if known is None or rank < known[0]:
            found[hit["root"]] = (rank, [name])
        elif rank == known[0]:
            known[1].append(name)
        return


def _logs(layout: Layout, root: str, members: list[str]) -> list[str]:
    above = root[: root.rstrip("/").rfind("/") + 1]
    found: list[str] = []
    for pattern in layout.logs:
        base, rest = (above, pattern.removeprefix(r"\.\./")) if pattern.startswith(r"\.\./") else (root, pattern)
        if root == "" and base is above and rest != pattern:
            continue
        whole = re.compile(rf"{re.escape(base)}{rest}(\.(gz|zst))?", re.IGNORECASE)
        found += [name for name in members if whole.fullmatch(names.plain(name)) is not None and name not in found]
    return found


def _beside(mains: list[re.Pattern[str]], parts: tuple[str, ...], members: list[str]) -> tuple[str, ...]:
    folder = names.plain(parts[0]).rpartition("/")[0]
    return tuple(
        name
        for name in members
        if name not in parts
        and names.plain(name).rpartition("/")[0] == folder
        and name.lower().endswith(".json")
        and not any(pattern.fullmatch(names.plain(name)) for pattern in mains)
    )

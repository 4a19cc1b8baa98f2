"""One report as a single HTML file: it opens from a disk, asks nobody for anything, and leaves nothing out.

The parts are those of the server's report page. The events, all of them, lie in it packed, in pieces of a few thousand
that the file's own script opens; the rest of the report beside them, so that the whole can be saved as JSON again.
"""

import re
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib import resources

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fulgurite.exports.html.filters import FILTERS
from fulgurite.exports.html.links import ALONE, Links
from fulgurite.exports.html.views.report import ReportView, report_view
from fulgurite.exports.html.views.who import name_of
from fulgurite.model.base import Model
from fulgurite.model.digest import digest
from fulgurite.model.report import Report, encode

MEDIA_TYPE = "text/html; charset=utf-8"
PIECE = 2_000
"""Events of one packed piece: enough to pack well, few enough that a browser opens one without a pause."""
MAX_NAMES = 2_000
"""Processes that can be chosen by name in the table of events; a hostile report may have any number."""
_GZIP = 31
"""zlib's window bits for gzip, which browsers open."""
_STYLES = ("style.css", "report.css", "offline.css")
_SCRIPTS = ("text.js", "offline.js")
_MODULE_WORDS = re.compile(r"^(?:import\b[^;]*;\n|export (?=function|const|class|async))", re.MULTILINE)
"""What parts a module from the next: in the file all of them are one."""


class OfflinePage(Model, frozen=True, kw_only=True):
    """What the template is told."""

    policy: str
    style: str
    script: str
    """Both ours, and the only ones that the policy lets run."""
    view: ReportView
    links: Links
    head: str
    """The report without its events, as gzip in base64."""
    pieces: tuple[str, ...]
    """Its events, PIECE each, the same way."""
    events: int
    kinds: tuple[tuple[str, int], ...]
    """How many events there are of each kind, the most first."""
    processes: tuple[tuple[int, str], ...]
    """By procid: names of those that may be chosen. Hostile text."""


def offline(report: Report) -> bytes:
    """`report` as one HTML file in UTF-8. Takes about a second for 100,000 events."""
    style, script = _style(), _script()
    head = msgspec.structs.replace(report, events=())
    page = OfflinePage(
        policy=policy(style, script),
        style=Markup(style),  # noqa: S704 - a file of ours
        script=Markup(script),  # noqa: S704 - files of ours
        view=report_view(head, digest(report)),
        links=ALONE,
        head=_packed(encode(head)),
        pieces=tuple(_pieces(report)),
        events=len(report.events),
        kinds=tuple(Counter(str(event.__struct_config__.tag) for event in report.events).most_common()),
        processes=tuple((one.procid, name_of(one, report.os)) for one in report.processes[:MAX_NAMES]),
    )
    return _environment().get_template("offline.html").render(page=page).encode("utf-8", "replace")


def policy(style: str, script: str) -> str:
    """The content security policy of a file that has this one style and this one script, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}';"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _pieces(report: Report) -> Iterator[str]:
    for start in range(0, len(report.events), PIECE):
        yield _packed(msgspec.json.encode(report.events[start : start + PIECE]))


def _packed(data: bytes) -> str:
    packer = zlib.compressobj(wbits=_GZIP)
    return b64encode(packer.compress(data) + packer.flush()).decode()


@cache
def _style() -> str:
    return "\n".join(_file(name) for name in _STYLES)


@cache
def _script() -> str:
    return "\n".join(_MODULE_WORDS.sub("", _file(name)) for name in _SCRIPTS)


def _file(name: str) -> str:
    return (resources.files("fulgurite.exports.html") / "static" / name).read_text("utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("fulgurite.exports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    return made

"""All parts of a report page, as HTML: of real reports, of hostile ones, of the largest."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulgurite import importers
from fulgurite.errors import InputError
from fulgurite.exports.html.links import ALONE, Links
from fulgurite.exports.html.views.report import report_view
from fulgurite.exports.html.views.strings import Strings
from fulgurite.model.artifact import Artifact
from fulgurite.model.digest import digest
from fulgurite.model.process import Process
from fulgurite.model.report import Report
from fulgurite.model.signature import Indicator, Signature
from fulgurite.web.render import environment
from tests import builders
from tests.browser.contents import CONTENTS
from tests.importers import corpora
from tests.strategies import reports

LINKS = Links(sandbox_id="0123456789abcdef01234567")
PARTS = {
    "banner": "banner(view, links)",
    "signatures": "signatures(view, links)",
    "attack": "attack(view)",
    "configuration": "configuration(view, links)",
    "processes": "processes(view, links)",
    "network": "network(view, links)",
    "tables": "behaviour(view, links)",
    "artifacts": "artifacts(view, links)",
}
SOURCE = "".join(
    f'{{% from "parts/{name}.html" import {call.partition("(")[0]} %}}{{{{ {call} }}}}' for name, call in PARTS.items()
)
BYTES = '{% from "parts/configuration.html" import bytes %}{{ bytes(view, strings) }}'


class _Page(HTMLParser):
    """Elements, their ids and where they lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src", "action"}:
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _drawn(report: Report, links: Links = LINKS, strings: tuple[Strings, ...] = ()) -> _Page:
    view = report_view(report, digest(report))
    return _Page(environment().from_string(SOURCE + BYTES).render(view=view, links=links, strings=strings))


def _sound(page: _Page, links: Links = LINKS) -> None:
    """What holds for the page of any report."""
    assert len(page.ids) == len(set(page.ids))
    places = [link[1:] for link in page.links if link.startswith("#")]
    missing = {place for place in places if not place.startswith("flow-")} - set(page.ids)
    assert missing == set()
    others = [link for link in page.links if not link.startswith("#")]
    assert links.is_offline <= (others == [])
    of_ours = re.compile(r"/(sandbox|session/v4/sandbox)/0123456789abcdef01234567(/|$)|/hash/[^/]+$")
    assert [link for link in others if of_ours.match(link) is None] == []
    assert not any(name.startswith("on") or name == "style" for name in page.attributes)
    assert {"script", "style", "iframe", "img", "object", "embed", "form"}.isdisjoint(page.tags)


@pytest.mark.parametrize("name", sorted(CONTENTS))
@pytest.mark.parametrize("links", [LINKS, ALONE], ids=["served", "alone"])
def test_every_part_is_drawn(name: str, links: Links) -> None:
    page = _drawn(CONTENTS[name], links)
    _sound(page, links)
    assert {"verdict", "why", "signatures", "processes", "network", "behaviour", "artifacts"} <= set(page.ids)


def test_the_loader_says_what_it_did() -> None:
    page = _drawn(CONTENTS["loader"], strings=(Strings(title="stage.exe", shown=("https://a.example/",), total=3),))
    text = " ".join(" ".join(page.text).split())
    for told in ("Injects into another process", "Process Injection", "gate[.]example", "CreateRemoteThread"):
        assert told in text
    assert {"process-3", "flow-2", "signature-test_injects", "technique-T1055", "artifact-1"} <= set(page.ids)
    assert "hxxps://a[.]example/" in text
    assert "2 more strings" in text


@given(reports())
@settings(max_examples=60, deadline=None)
def test_any_report_has_a_sound_page(made: Report) -> None:
    _sound(_drawn(made))
    _sound(_drawn(made, ALONE), ALONE)


HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{% raw %}javascript:alert(1)\u202e\x00\ud83d"


@given(st.sampled_from([HOSTILE, "' onmouseover='x", "#", "?", "/../..", "\N{BOM}", "a" * 3_000]))
@settings(max_examples=7, deadline=None)
def test_hostile_words_stay_text(word: str) -> None:
    made = builders.report(
        processes=(Process(procid=1, image=word, cmd=(word, word)),),
        artifacts=(Artifact(name=word, kind=word, path=word, origin=word, sha256=word, is_kept=True),),
        signatures=(
            Signature(
                name=word, label=word, score=9, ttps=(word, "T1055"), tags=(word,), family=word, description=word,
                url=word, indicators=(Indicator(ioc=word, description=word, procid=1, dump_file=word),), events=(0,),
            ),
        ),
        families=(word,),
        tags=(word,),
        reasons=(word,),
        sample=builders.sample(name=word, file_type=word),
    )  # fmt: skip
    _sound(_drawn(made))


def test_a_huge_report_has_a_bounded_page() -> None:
    many = range(1, 10_001)
    made = builders.report(
        *(builders.file_write(f"C:\\{n}", procid=n) for n in many),
        processes=tuple(builders.process(n, procid_parent=n // 3) for n in many),
        signatures=tuple(Signature(name=f"s{n}", label=f"s{n}", score=n % 10 + 1) for n in many),
        artifacts=tuple(Artifact(name=f"f{n}", kind="martian") for n in many),
    )
    page = _drawn(made)
    _sound(page)
    assert len(page.tags) < 30_000
    text = " ".join(" ".join(page.text).split())
    assert "9,750 more signatures not shown here" in text
    assert "9,750 more processes not shown here" in text
    assert "9,850 more files and dumps not shown here" in text
    assert "9,980 more of these not shown here: all of them in the events" in text


FOLDERS = ("triage_inquest", "vmray_inquest", "hybrid_analysis_misc", "opswat_filescan")


@pytest.mark.parametrize("path", corpora.files(*FOLDERS))
def test_a_real_report_has_a_sound_page(path: Path) -> None:
    try:
        made = importers.read_all(corpora.content(path))
    except InputError as error:
        pytest.skip(f"not a report: {error}")
    for report in made:
        _sound(_drawn(report))

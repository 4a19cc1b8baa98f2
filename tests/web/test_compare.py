"""Two analyses side by side, and how the other one is chosen."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from fulgurite.model import report as native
from fulgurite.web.compare import TITLES
from tests import builders
from tests.api.running import Reply, Running, running
from tests.imports import import_report

ONE, TWO, OTHER = "a1" * 12, "a2" * 12, "a3" * 12
NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with two analyses of one file, and one of another."""
    with running(tmp_path_factory.mktemp("data")) as server:
        many = [builders.file_write(f"C:\\many\\{number}.txt") for number in range(130)]
        for report in (
            builders.report(
                builders.file_write("C:\\both"),
                *many,
                sandbox_id=ONE,
                data_id=None,
                source=builders.source(name="triage"),
                ttps=("T1055",),
            ),
            builders.report(
                builders.file_write("C:\\both"),
                builders.file_write("C:\\<b>only\u202ehere"),
                sandbox_id=TWO,
                data_id=None,
                machine=builders.machine(system="windows7"),
            ),
            builders.report(sandbox_id=OTHER, data_id=None, sample=builders.sample(b"other", name="other.exe")),
        ):
            import_report(server.store, native.encode(report), name=None, sha256=None, now=NOW)
        yield server


def _page(site: Running, path: str) -> Reply:
    return site.ask("GET", path, key=None, cookie=f"fulgurite_key={site.key}")


def test_what_only_one_did_stands_side_by_side(site: Running) -> None:
    page = _page(site, f"/sandbox/{ONE}/compare/{TWO}")
    text = page.body.decode()
    assert page.status == 200
    assert "windows10" in text
    assert "windows7" in text
    files = text[text.index('id="files"') :]
    assert "C:\\many\\0.txt" in files
    assert 'C:\\&lt;b&gt;only<span class="mark" title="right-to-left override">U+202E</span>here' in files
    assert "C:\\both" not in files
    assert "30 more not listed here" in files
    assert "Process Injection" in text


def test_longer_lists_are_a_link_away(site: Running) -> None:
    assert 'href="?limit=1000"' in _page(site, f"/sandbox/{ONE}/compare/{TWO}").body.decode()
    longer = _page(site, f"/sandbox/{ONE}/compare/{TWO}?limit=1000").body.decode()
    assert "C:\\many\\129.txt" in longer
    assert "not listed here" not in longer


@pytest.mark.parametrize("limit", ["0", "-1", "x", "99999", "%D9%A1", ""])
def test_a_limit_that_is_none_does_no_harm(site: Running, limit: str) -> None:
    assert _page(site, f"/sandbox/{ONE}/compare/{TWO}?limit={limit}").status == 200


def test_an_analysis_and_itself_did_the_same(site: Running) -> None:
    assert "Both did the same" in _page(site, f"/sandbox/{ONE}/compare/{ONE}").body.decode()


def test_what_is_not_there_is_told(site: Running) -> None:
    assert _page(site, f"/sandbox/{ONE}/compare/{'0' * 24}").status == 404
    assert _page(site, f"/sandbox/{'0' * 24}/compare").status == 404


def test_the_other_one_is_offered_or_asked_for(site: Running) -> None:
    text = _page(site, f"/sandbox/{ONE}/compare").body.decode()
    same, recent = text[text.index("others-title") :].split('id="recent-title"')
    assert re.findall(r'href="(/sandbox/[^"]*)"', same) == [f"/sandbox/{ONE}/compare/{TWO}"]
    assert re.findall(r'href="(/sandbox/[^"]*)"', recent) == [f"/sandbox/{ONE}/compare/{OTHER}"]


@pytest.mark.parametrize(("asked", "leads_to"), [(TWO, TWO), (TWO.upper(), TWO)])
def test_an_id_leads_on(site: Running, asked: str, leads_to: str) -> None:
    answer = _page(site, f"/sandbox/{ONE}/compare?other={asked}")
    assert (answer.status, answer.headers["location"]) == (303, f"/sandbox/{ONE}/compare/{leads_to}")


def test_a_hash_leads_to_its_last_analysis(site: Running) -> None:
    answer = _page(site, f"/sandbox/{ONE}/compare?other={builders.sample(b'other').sha256}")
    assert (answer.status, answer.headers["location"]) == (303, f"/sandbox/{ONE}/compare/{OTHER}")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (ONE, "That is this analysis itself."),
        ("0" * 64, "No finished analysis is known of that file."),
        ("%3Cscript%3E", "That is neither the id of an analysis"),
    ],
)
def test_what_cannot_be_compared_with_is_told(site: Running, asked: str, told: str) -> None:
    text = _page(site, f"/sandbox/{ONE}/compare?other={asked}").body.decode()
    assert told in text
    assert "<script>" not in text


def test_every_kind_of_the_interface_has_its_heading(site: Running) -> None:
    kinds = site.ask("GET", f"/v4/sandbox/{ONE}/compare/{TWO}").json["kinds"]
    assert {one["kind"] for one in kinds} == set(TITLES)

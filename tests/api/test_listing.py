"""Lists of analyses over HTTP."""

from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from fulgurite.api.listing import EARLIEST, MAX_TEXT, wanted_in
from fulgurite.api.problems import Problem
from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from fulgurite.model.listing import Analyses
from fulgurite.model.task import RunOptions
from fulgurite.service.submit import submit
from tests import builders
from tests.api.running import Reply, Running
from tests.store import values

DATA = b"MZ listed"


def analyses(reply: Reply) -> Analyses:
    assert reply.status == 200, reply.body
    return msgspec.json.decode(reply.body, type=Analyses)


@pytest.fixture(scope="module")
def kept(api: Running) -> str:
    """An imported analysis with a word of its own."""
    number = 0x115717
    values.imported(api.store, number, builders.sample(DATA, name="qlistedq.exe"), score=9)
    return values.sandbox_id(number)


def test_a_list_and_its_filters(api: Running, kept: str) -> None:
    for query in ("text=qlistedq", "text=qlist&state=imported&verdict=malicious&source=metadefender&system="):
        found = analyses(api.ask("GET", f"/v4/sandbox?{query}"))
        assert [one.sandbox_id for one in found.analyses] == [kept]
    assert analyses(api.ask("GET", "/v4/sandbox?text=qlistedq&state=open")).analyses == ()
    told = api.ask("GET", "/v4/sandbox?text=qlistedq").json["analyses"][0]
    assert (told["verdict"], told["score"], told["reason"], told["progress"]) == ("malicious", 9, None, 100)


def test_pages_follow_each_other(api: Running, kept: str) -> None:
    values.imported(api.store, 0x115718, builders.sample(b"another", name="qlistedq too"))
    first = analyses(api.ask("GET", "/v4/sandbox?text=qlistedq&limit=1"))
    assert first.next is not None
    second = analyses(api.ask("GET", f"/v4/sandbox?text=qlistedq&limit=1&after={first.next}"))
    assert [one.sandbox_id for one in (*first.analyses, *second.analyses)] == [values.sandbox_id(0x115718), kept]


def test_those_of_one_file(api: Running, kept: str) -> None:
    for digest in digests_of(DATA):
        found = analyses(api.ask("GET", f"/v4/hash/{digest.upper()}/analyses"))
        assert [one.sandbox_id for one in found.analyses] == [kept]
    assert api.ask("GET", f"/v4/hash/{'0' * 64}/analyses").code == 404003
    assert api.ask("GET", "/v4/hash/xyz/analyses").code == 400064


def test_private_ones_are_there_for_their_owner(api: Running) -> None:
    owner, other = api.new_key(Role.SUBMIT, "the list's owner"), api.new_key(Role.SUBMIT, "the list's other")
    known = api.store.key(owner)
    assert known is not None
    name = submit(
        api.store,
        b"MZ private listed",
        options=RunOptions(),
        file_name=None,
        key_id=known.id,
        now=datetime.now(UTC),
        private_to=known.id,
    ).sandbox_id
    digest = digests_of(b"MZ private listed").sha256
    for key, is_seen in ((owner, True), ("", True), (other, False)):
        found = analyses(api.ask("GET", "/v4/sandbox?state=open&limit=500", key=key))
        assert (name in {one.sandbox_id for one in found.analyses}) == is_seen
        of_file = api.ask("GET", f"/v4/hash/{digest}/analyses", key=key)
        assert of_file.status == (200 if is_seen else 404)


@pytest.mark.parametrize(
    "query",
    [
        "state=reported",
        "state=Open",
        "verdict=MALICIOUS",
        "from=yesterday",
        "to=0001-01-01T00:00:00%2B23:59",
        "from=1969-12-31",
        "after=-1",
        "after=" + "9" * 19,
        "after=1&after=2",
        "text=a&text=b",
        "text=" + "x" * (MAX_TEXT + 1),
        "limit=0",
        "limit=501",
        "limit=ten",
    ],
)
def test_what_no_filter_is(api: Running, query: str) -> None:
    assert api.ask("GET", f"/v4/sandbox?{query}").status == 400


@pytest.mark.parametrize(
    "text",
    ["'", '"', "*", "a OR b", "NEAR(a b)", "-a", "^a", "file_name:a", "%", "\0", "\u202e", "\ud800", "\U0001d51e" * 50],
)
def test_hostile_words_are_words(api: Running, text: str) -> None:
    for name in ("text", "system", "source"):
        quoted = quote(text.encode("utf-8", "surrogatepass"))
        assert analyses(api.ask("GET", f"/v4/sandbox?{name}={quoted}")).next is None


def test_a_key_is_needed(api: Running) -> None:
    assert api.ask("GET", "/v4/sandbox", key=None).code == 401006
    assert api.ask("GET", f"/v4/hash/{'0' * 64}/analyses", key=None).code == 401006


NAMES = st.sampled_from(["state", "verdict", "system", "source", "text", "from", "to", "after", "limit"])
TEXTS = st.one_of(
    st.text(max_size=30), st.datetimes().map(str), st.sampled_from(["open", "malicious", "", "2026-01-01"])
)


@given(st.lists(st.tuples(NAMES, TEXTS), max_size=6))
def test_any_query_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    query = urlencode([(name, text.encode("utf-8", "surrogatepass")) for name, text in pairs])
    request = Request({"type": "http", "query_string": query.encode("ascii"), "headers": []})
    try:
        wanted = wanted_in(request)
    except Problem as problem:
        assert problem.code == 400004  # noqa: PT017 - it may be raised or not
        return
    assert wanted.since is None or wanted.since >= EARLIEST
    assert wanted.text is None or 0 < len(wanted.text) <= MAX_TEXT

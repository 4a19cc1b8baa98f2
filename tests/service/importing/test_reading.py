"""From bytes to reports that are ready to be kept."""

import gzip
import json

from hypothesis import given
from hypothesis import strategies as st

from fulgurite import rules
from fulgurite.importers import read as imported
from fulgurite.model.events import DnsQuery
from fulgurite.model.hashes import sha256_of
from fulgurite.model.sample import Sample
from fulgurite.service.importing.messages import Found, Order
from fulgurite.service.importing.reading import read
from tests.service.importing.given import ORDER, Wants, report, zipped


def _read(data: bytes, wants: Wants | None = None, **order: object) -> Wants:
    wants = Wants() if wants is None else wants
    read(data, ORDER.__replace__(**order), wants, rules.load_builtin())
    return wants


def test_a_plain_report_is_its_own_document() -> None:
    data = report(events=(DnsQuery(name="evil.example"),), score=7)
    wants = _read(data, name="x.json")
    assert wants.documents == [Found(number=0, member=None, sha256=sha256_of(data), told="")]
    [(rendered, contents)] = wants.taken
    assert (rendered.score, rendered.values, rendered.rest) == (7, (("domain", "evil.example"),), 0)
    assert (rendered.native_bytes, rendered.body_bytes) == (len(contents.native), len(contents.body))
    assert contents.original == data
    assert imported(contents.native).data_id == "bz1"


def test_a_compressed_report_is_the_report() -> None:
    data = report()
    wants = _read(gzip.compress(data))
    assert wants.documents[0].sha256 == sha256_of(data)
    assert wants.taken[0][1].original == data


def test_members_have_their_own_names_and_hashes() -> None:
    silent, digest = report(sample=Sample()), sha256_of(b"x")
    wants = _read(zipped(**{digest: silent, "b": silent, "c": report(b"c")}), name="all.zip")
    assert [one.member for one in wants.documents] == [f"{digest}.json", "b.json", "c.json"]
    assert [one.told for one in wants.documents] == [digest, "", ""]
    assert [head.sha256 for head in wants.heads] == [digest, sha256_of(b"c")]
    assert [one.member for one in wants.refused] == ["b.json"]


def test_the_name_of_the_archive_may_tell_the_hash() -> None:
    digest = sha256_of(b"x")
    wants = _read(zipped(a=report(sample=Sample())), name=f"{digest}.zip")
    assert [head.sha256 for head in wants.heads] == [digest]


def test_what_was_read_before_is_passed_over() -> None:
    wants = _read(zipped(a=report(b"a"), b=report(b"b")), after=1)
    assert [one.number for one in wants.documents] == [1]


def test_a_document_that_is_not_wanted_is_not_read() -> None:
    class Bored(Wants):
        def found(self, found: Found) -> bool:
            super().found(found)
            return False

    wants = _read(zipped(a=report(), b=b'{"record":"header"}'), Bored())
    assert (len(wants.documents), wants.heads, wants.refused) == (2, [], [])


def test_an_empty_input_and_a_broken_archive_are_refused() -> None:
    for data in (b"", b"PK\x03\x04 no archive", gzip.compress(report())[:-9], b"\x1f\x8b"):
        [refused] = _read(data).refused
        assert refused.reason != ""


@given(st.binary(max_size=200), st.text(max_size=80) | st.none())
def test_any_bytes_are_refused_and_nothing_else(data: bytes, name: str | None) -> None:
    wants = Wants()
    read(data, Order(size_bytes=0, seconds=1, name=name), wants, rules.load_builtin())
    assert wants.taken == []
    assert len(wants.refused) == 1


def test_several_reports_in_one_document_have_places() -> None:
    [first, second] = [json.loads(report(data)) for data in (b"a", b"b")]
    whole = json.dumps([first, second]).encode()
    wants = _read(whole)
    assert [(head.position, head.format, head.sha256) for head in wants.heads] == [
        (0, "native", sha256_of(b"a")),
        (1, "native", sha256_of(b"b")),
    ]
    assert [contents.original for _, contents in wants.taken] == [whole, None]


def test_a_member_that_cannot_be_taken_out_spoils_no_other() -> None:
    packed = bytearray(zipped(a=report(b"a"), b=report(b"b"), c=report(b"c")))
    # In the middle of what the second member is packed to.
    at = packed.index(b"b.json") + 100
    packed[at : at + 8] = bytes(8)
    wants = _read(bytes(packed))
    assert [head.sha256 for head in wants.heads] == [sha256_of(b"a"), sha256_of(b"c")]
    assert [(one.member, one.is_apart) for one in wants.refused] == [("b.json", True)]

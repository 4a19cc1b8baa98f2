"""What becomes of one file."""

from concurrent.futures import Future
from datetime import UTC, datetime

import pytest

from fulgurite.model.hashes import sha256_of
from fulgurite.service.importing import NoLedger
from fulgurite.service.importing.messages import Found, Head, Names, Refused, Rendered
from fulgurite.service.importing.taking import Rehearsing, Taking
from fulgurite.store.arrivals import Added, Contents, Taken
from fulgurite.store.observations import Digest
from fulgurite.store.reports import ReportRow

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DIGEST = sha256_of(b"document")
HEAD = Head(
    position=0,
    format="x",
    sha256=sha256_of(b"sample"),
    sha1=None,
    md5=None,
    sandbox_id=None,
    data_id=None,
    rescan_available=None,
)


def _rendered(names: Names, requested_at: datetime | None = None) -> Rendered:
    return Rendered(
        sandbox_id=names.sandbox_id,
        requested_at=requested_at,
        outcome="completed",
        score=None,
        values=(),
        rest=0,
        rules=None,
        original_bytes=1,
        native_bytes=1,
        body_bytes=1,
    )


class _Keeps:
    """Keeps rows in a list; the ones whose numbers are `taken` clash with another analysis."""

    def __init__(self, *taken: int) -> None:
        self.rows: list[ReportRow] = []
        self._taken = taken

    def __call__(self, row: ReportRow, _digest: Digest, contents: Contents) -> tuple[str, "Future[Added]"]:
        done: Future[Added] = Future()
        done.set_result(Added("taken" if len(self.rows) in self._taken else "stored", row.sandbox_id))
        self.rows.append(row)
        return DIGEST if contents.original is not None else row.original_sha256, done


def _document(taking: Taking, number: int, *heads: Head) -> None:
    assert taking.found(Found(number=number, member=f"{number}.json", sha256=f"{number:064x}", told=""))
    original: bytes | None = b"x"
    for head in heads:
        names = taking.head(head)
        assert names is not None
        taking.take(_rendered(names), Contents(original, b"{}", b"{}"))
        original = None


def test_several_reports_of_a_document_are_told_one_by_one() -> None:
    keeps = _Keeps()
    taking = Taking(NoLedger(), keeps, None, NOW)
    _document(taking, 0, HEAD, HEAD.__replace__(position=1))
    _document(taking, 1, HEAD)
    taking.refuse(Refused(reason="why", member="1.json", format="x"))
    outcomes, taken = taking.settled(sha256_of(b"whole"), "")
    assert [(one.outcome, one.member) for one in outcomes] == [
        ("imported", "0.json"),
        ("imported", "0.json"),
        ("imported", "1.json"),
        ("refused", "1.json"),
    ]
    assert [(row.position, row.original_sha256) for row in keeps.rows] == [(0, ""), (1, DIGEST), (0, "")]
    # The second document has a report that was refused: a later version may read it.
    ids = tuple((None, row.sandbox_id) for row in keeps.rows[:2])
    assert taken == [Taken("0" * 64, "", ids)]


def test_what_is_apart_is_remembered_as_such() -> None:
    taking = Taking(NoLedger(), _Keeps(), None, NOW)
    _document(taking, 0, HEAD)
    _, taken = taking.settled(sha256_of(b"whole"), "told")
    assert [(one.sha256, one.told) for one in taken] == [("0" * 64, ""), (sha256_of(b"whole"), "told")]
    assert taken[1].reports[0][0] == "0.json"


def test_a_fault_of_all_is_told_last_and_nothing_whole_remembered() -> None:
    taking = Taking(NoLedger(), _Keeps(), None, NOW)
    taking.began()
    _document(taking, 0, HEAD)
    taking.refuse(Refused(reason="it ends too early", is_apart=True))
    outcomes, taken = taking.settled(sha256_of(b"whole"), "")
    assert [one.outcome for one in outcomes] == ["imported", "refused"]
    assert len(taken) == 1


@pytest.mark.parametrize(("stated", "ordered"), [(NOW.replace(year=2020), 2020), (NOW.replace(year=9999), 2026)])
def test_the_time_that_orders_is_one_that_can_be(stated: datetime, ordered: int) -> None:
    keeps = _Keeps()
    taking = Taking(NoLedger(), keeps, None, NOW)
    taking.found(Found(number=0, member=None, sha256=DIGEST, told=""))
    names = taking.head(HEAD)
    assert names is not None
    taking.take(_rendered(names, stated), Contents(b"x", b"{}", b"{}"))
    assert keeps.rows[0].requested_at.year == ordered


def test_a_taken_id_is_a_clash() -> None:
    taking = Taking(NoLedger(), _Keeps(1), None, NOW)
    _document(taking, 0, HEAD, HEAD.__replace__(position=1))
    assert not taking.has_clash
    taking.settled(DIGEST, "")
    assert taking.has_clash


def test_a_reader_that_gives_what_nobody_asked_for_is_not_heard() -> None:
    keeps = _Keeps()
    taking = Taking(NoLedger(), keeps, None, NOW)
    taking.found(Found(number=0, member=None, sha256=DIGEST, told=""))
    names = taking.head(HEAD)
    assert names is not None
    for _ in range(2):
        taking.take(_rendered(names), Contents(b"x", b"{}", b"{}"))
    assert len(keeps.rows) == 1


def test_a_rehearsal_keeps_nothing_and_sees_duplicates() -> None:
    seen: set[object] = set()
    told = []
    for _ in range(2):
        taking = Rehearsing(NoLedger(), seen, None, NOW)  # type: ignore[arg-type]
        taking.found(Found(number=0, member=None, sha256=DIGEST, told=""))
        assert taking.head(HEAD) is None
        told += [(one.outcome, one.sandbox_id) for one in taking.settled(DIGEST, "")[0]]
    assert told == [("imported", None), ("duplicate", None)]

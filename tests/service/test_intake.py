"""Files that come in, with their wishes."""

import gzip
from collections.abc import Callable

import pytest

from fulgurite.errors import OverLimit
from fulgurite.model.hashes import sha256_of
from fulgurite.model.key import Role
from fulgurite.model.task import RunOptions
from fulgurite.model.usage import Claim, Kind
from fulgurite.model.viewer import EVERYTHING, PUBLIC
from fulgurite.service import keys
from fulgurite.service.archives import ArchiveRefused, Caps
from fulgurite.service.intake import Intake, Taken, Wishes
from fulgurite.store import Store
from tests import archives
from tests.fakes import FakeClock

PROGRAM = b"MZ program"


@pytest.fixture
def intake(store: Store, clock: FakeClock) -> Intake:
    return Intake(store, lambda data, _: None if data.startswith(b"MZ") else "no program", Caps(), now=clock)


def claims(limit: int, taken: list[tuple[Kind, int]], clock: FakeClock) -> Callable[[Kind, int], Claim]:
    def claim(kind: Kind, count: int) -> Claim:
        taken.append((kind, count))
        return Claim(key_id=1, what=kind, count=count, limit=limit, at=clock())

    return claim


def named(taken: Taken) -> list[tuple[str, bool]]:
    return [(member.name, member.submitted.sandbox_id is not None) for member in taken.members]


def test_members_have_names_and_analyses_of_their_own(store: Store, intake: Intake) -> None:
    data = archives.zipped([("d/a.exe", PROGRAM), ("..\\b.txt", b"text")])
    taken = intake.take(data, Wishes(options=RunOptions(), file_name="all.zip", key_id=1))
    assert taken.refusal == "no program"
    assert named(taken) == [("d/a.exe", True), ("../b.txt", False)]
    assert [member.refusal for member in taken.members] == [None, "no program"]
    program = store.submission(taken.members[0].submitted.data_id)
    assert program is not None
    assert (program.file_name, program.parent_id, program.member_path) == ("a.exe", taken.submitted.data_id, "d/a.exe")
    task = store.task(taken.members[0].submitted.sandbox_id or "")
    assert task is not None
    assert task.options.file_name == "a.exe"
    assert store.sample_bytes(sha256_of(PROGRAM)) == PROGRAM
    assert store.sample_bytes(sha256_of(data)) == data


def test_without_an_analysis_members_are_kept(store: Store, intake: Intake) -> None:
    taken = intake.take(archives.zipped([("a.exe", PROGRAM)]), Wishes())
    assert named(taken) == [("a.exe", False)]
    assert len(store.members(taken.submitted.data_id)) == 1


def test_nested_and_nameless_members(intake: Intake) -> None:
    inner = archives.tarred([("x", b"1")], mode="w:gz")
    outer = archives.zipped([("in.tgz", inner)])
    assert named(intake.take(outer, Wishes())) == [("in.tgz", False), ("in.tgz/x", False)]
    assert named(intake.take(gzip.compress(b"x"), Wishes(file_name="a.exe.gz"))) == [("a.exe", False)]
    assert named(intake.take(gzip.compress(b"x"), Wishes())) == [("content", False)]


def test_privacy_goes_to_every_member(store: Store, intake: Intake) -> None:
    wishes = Wishes(options=RunOptions(), key_id=1, is_private=True)
    taken = intake.take(archives.zipped([("a.exe", PROGRAM)]), wishes)
    ids = [taken.submitted.data_id, taken.members[0].submitted.data_id]
    assert [store.submission(data_id, PUBLIC) for data_id in ids] == [None, None]
    assert all(store.submission(data_id, EVERYTHING) is not None for data_id in ids)
    assert store.task(taken.members[0].submitted.sandbox_id or "", PUBLIC) is None


def test_faults_of_an_archive_nobody_asked_to_open(store: Store, intake: Intake) -> None:
    closed = archives.aes_zipped([("a", b"1")], "infected")
    taken = intake.take(closed, Wishes())
    assert taken.archive_fault is not None
    assert "no password was given" in taken.archive_fault
    assert store.submission(taken.submitted.data_id) is not None


@pytest.mark.parametrize(
    ("data", "wishes"),
    [
        (archives.aes_zipped([("a", b"1")], "infected"), Wishes(is_unpacking_asked=True)),
        (archives.aes_zipped([("a", b"1")], "infected"), Wishes(password="wrong")),
        (archives.nested(6), Wishes()),
        (b"PK\x03\x04broken", Wishes(is_unpacking_asked=True)),
    ],
)
def test_a_refused_archive_leaves_nothing(store: Store, intake: Intake, data: bytes, wishes: Wishes) -> None:
    with pytest.raises(ArchiveRefused):
        intake.take(data, wishes)
    assert store.sample(sha256_of(data)) is None


def test_a_document_is_opened_when_asked_for(intake: Intake) -> None:
    document = archives.zipped([("[Content_Types].xml", b"<x/>"), ("word/a.xml", b"<x/>")])
    assert intake.take(document, Wishes()).members == ()
    assert len(intake.take(document, Wishes(is_unpacking_asked=True)).members) == 2
    assert intake.take(b"MZ", Wishes(is_unpacking_asked=True)).members == ()


def test_every_analysis_is_charged_or_nothing_is_kept(store: Store, intake: Intake, clock: FakeClock) -> None:
    data = archives.zipped([(f"{n}.exe", PROGRAM + bytes([n])) for n in range(3)])
    charged: list[tuple[Kind, int]] = []
    keys.create(store, "one", Role.SUBMIT, clock())
    with pytest.raises(OverLimit):
        intake.take(data, Wishes(options=RunOptions()), claims(2, charged, clock))
    assert store.sample(sha256_of(data)) is None
    intake.take(data, Wishes(options=RunOptions()), claims(3, charged, clock))
    intake.take(data, Wishes(), claims(3, charged, clock))
    assert charged == [(Kind.SANDBOX, 3), (Kind.SANDBOX, 3), (Kind.PREVENTION, 1)]

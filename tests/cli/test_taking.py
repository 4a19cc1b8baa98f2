"""Who takes reports in."""

from pathlib import Path

import pytest

from fulgurite.cli.exits import Failure
from fulgurite.cli.taking import Told, taking
from fulgurite.model.hashes import sha256_of
from fulgurite.model.sample import Sample
from fulgurite.service.importing import Unit, below
from fulgurite.store import Store
from tests.service.importing.given import report, zipped


def test_a_data_directory_takes_what_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(report(sample=Sample()))
    [unit] = below(tmp_path / "a.json")
    given = sha256_of(b"told")
    with taking(tmp_path / "data", None, Told(given), 1) as takes:
        [outcome] = takes.pool.submit(takes.take, unit).result()
        assert (outcome.outcome, outcome.sha256) == ("imported", given)
        [missing] = takes.take(Unit(tmp_path / "none", tmp_path))
        assert (missing.outcome, missing.reason) == ("refused", "No such file or directory")
        [folder] = takes.take(Unit(tmp_path, tmp_path))
        assert (folder.outcome, folder.reason) == ("refused", "it is no file")


def test_a_rehearsal_makes_no_store(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(a=report(b"a"), b=report(b"b")))
    [unit] = below(tmp_path / "a.zip")
    with taking(tmp_path / "data", None, Told(), 1, is_rehearsal=True) as takes:
        told = [(one.outcome, one.member, one.sandbox_id) for one in takes.take(unit)]
    assert told == [("imported", "a.json", None), ("imported", "b.json", None)]
    assert not (tmp_path / "data").exists()


def test_a_rehearsal_knows_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(report(b"a"))
    (tmp_path / "b.json").write_bytes(report(b"b"))
    first, second = below(tmp_path)
    with taking(tmp_path / "data", None, Told(), 1) as takes:
        takes.take(first)
    with taking(tmp_path / "data", None, Told(), 1, is_rehearsal=True) as takes:
        assert [takes.take(unit)[0].outcome for unit in (first, second)] == ["duplicate", "imported"]
    with Store.open(tmp_path / "data") as store:
        assert store.database.value("SELECT count(*) FROM reports") == 1


def test_a_server_cannot_rehearse(tmp_path: Path) -> None:
    with (
        pytest.raises(Failure, match="--dry-run"),
        taking(tmp_path, "http://127.0.0.1:1", Told(), 1, is_rehearsal=True),
    ):
        pass

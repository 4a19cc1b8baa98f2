"""Imports from the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fulgurite.exports import v4
from fulgurite.model.hashes import sha256_of
from fulgurite.model.sample import Sample
from fulgurite.store import Store
from tests import builders
from tests.api.running import running
from tests.conftest import Command
from tests.service.importing.given import report, zipped

MAX_BYTES = 1 << 20
KEYS = ["path", "outcome", "reason", "format", "sha256", "sandbox_id", "member"]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder with two reports, one file that is none, one that is too large."""
    folder = tmp_path / "reports"
    (folder / "deep").mkdir(parents=True)
    first = builders.report(score=9, sandbox_id="5f" * 12, data_id="bzE2MDAwMA")
    (folder / "a.json").write_bytes(v4.body(first))
    (folder / "b.txt").write_bytes(b"\x1b not a report")
    (folder / "deep/c.json").write_bytes(v4.body(first))
    (folder / "deep/d.json").write_bytes(b" " * 100_000)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/fulgurite.toml").write_text("max_upload_bytes = 90_000")
    return folder


def test_machines_get_one_object_a_file(command: Command, reports: Path) -> None:
    ended = command("import", "--json", reports, "--data", reports.parent / "data")
    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert [list(row) for row in rows] == [KEYS] * 4
    assert [row["path"] for row in rows] == [
        str(reports / name) for name in ("a.json", "b.txt", "deep/c.json", "deep/d.json")
    ]
    first, unknown, second, large = rows
    # The same bytes twice: whichever was done first was imported.
    imported, duplicate = sorted((first, second), key=lambda row: row["outcome"] != "imported")
    assert [row["outcome"] for row in (imported, duplicate, unknown, large)] == [
        *("imported", "duplicate", "refused", "refused")
    ]
    assert (imported["format"], imported["reason"], imported["sandbox_id"]) == ("metadefender", None, "5f" * 12)
    assert imported["sha256"] == builders.sample().sha256
    assert duplicate["sandbox_id"] == imported["sandbox_id"]
    assert unknown["reason"]
    assert "max_upload_bytes" in large["reason"]
    assert ended.code == 1
    assert [line.split() for line in ended.err.splitlines()] == [
        ["imported", "duplicate", "refused"],
        ["metadefender", "1", "1", "0"],
        ["no", "known", "format", "0", "0", "2"],
        ["1", "imported,", "1", "duplicate,", "2", "refused"],
    ]


def test_people_get_a_line_a_file(command: Command, reports: Path) -> None:
    ended = command("import", reports / "a.json", "--data", reports.parent / "data")
    assert (ended.code, ended.err) == (0, "1 imported, 0 duplicate, 0 refused\n")
    assert ended.out == f"imported   {reports}/a.json  metadefender {builders.sample().sha256}\n"


def test_a_name_that_is_no_text_is_told(command: Command, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff\x1b.json"
    Path(os.fsdecode(path)).write_bytes(b"{}")
    ended = command("import", os.fsdecode(path), "--json", "--data", tmp_path / "data")
    assert json.loads(ended.out)["path"] == f"{tmp_path}/\\udcff\x1b.json"
    assert "\x1b" not in command("import", os.fsdecode(path), "--data", tmp_path / "data").out


def test_a_path_that_is_not_there_is_refused(command: Command, tmp_path: Path) -> None:
    ended = command("import", "--json", tmp_path / "none", "--data", tmp_path / "data")
    assert (ended.code, json.loads(ended.out)["outcome"]) == (1, "refused")
    assert json.loads(ended.out)["reason"] == "No such file or directory"


def test_a_rehearsal_stores_nothing(command: Command, reports: Path) -> None:
    ended = command("import", reports / "a.json", "--dry-run", "--data", reports.parent / "none")
    assert ended.code == 0
    assert ended.err.endswith("1 imported, 0 duplicate, 0 refused; nothing was stored, this was a rehearsal\n")
    assert not (reports.parent / "none").exists()


def test_members_of_an_archive_have_lines_of_their_own(command: Command, tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(zipped(a=report(b"a"), b=report(b"b"), c=report(b"a")))
    ended = command("import", "--json", tmp_path / "all.zip", "--data", tmp_path / "data")
    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert {row["path"] for row in rows} == {str(tmp_path / "all.zip")}
    assert [(row["member"], row["outcome"]) for row in rows] == [
        ("a.json", "imported"),
        ("b.json", "imported"),
        ("c.json", "duplicate"),
    ]
    again = command("import", "--json", tmp_path / "all.zip", "--data", tmp_path / "data")
    assert [json.loads(line)["outcome"] for line in again.out.splitlines()] == ["duplicate"] * 3


def test_the_hash_may_stand_in_the_name_of_a_folder(command: Command, tmp_path: Path) -> None:
    digest = sha256_of(b"in a folder")
    folder = tmp_path / digest / "reports"
    folder.mkdir(parents=True)
    (folder / "x.json").write_bytes(report(sample=Sample()))
    ended = command("import", "--json", tmp_path / digest, "--data", tmp_path / "data")
    assert json.loads(ended.out)["sha256"] == digest


@pytest.mark.e2e
def test_what_is_broken_off_goes_on_with_nothing_twice(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:03}.json").write_bytes(report(b"%d" % number))
    (folder / "all.zip").write_bytes(zipped(**{f"m{n}": report(b"%d" % n) for n in range(0, 60, 3)}))
    arguments = ["import", str(folder), "--data", str(tmp_path / "data"), "--json", "--jobs", "2"]
    command = [sys.executable, "-m", "fulgurite", *arguments]
    for lines in (3, 15):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(lines):
                process.stdout.readline()
            process.kill()
    # Two that start at once, on the same folder.
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    outs = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    with Store.open(tmp_path / "data") as store:
        assert store.database.value("SELECT count(*) FROM reports") == 40 + len(range(42, 60, 3))
        assert store.database.value("SELECT count(*) FROM unindexed") == 0
    ids = {json.loads(line)["sandbox_id"] for out in outs for line in out.splitlines()}
    assert len(ids) == 40 + len(range(42, 60, 3))


@pytest.mark.e2e
def test_a_server_takes_reports_from_elsewhere(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "a.json").write_bytes(report(b"a"))
    (folder / "b.txt").write_bytes(b"no report")
    (folder / "c.zip").write_bytes(zipped(a=report(b"e"), c=report(b"c"), d=report(sample=Sample())))
    (folder / "task/x").mkdir(parents=True)
    (folder / "z.json").write_bytes(b" " * (MAX_BYTES + 1))
    with running(tmp_path / "served", max_upload_bytes=MAX_BYTES) as served:
        monkeypatch.setenv("FULGURITE_APIKEY", served.key)
        arguments = ("import", "--json", "--jobs", "1", "--server", f"http://{served.host}:{served.port}", folder)
        monkeypatch.setattr(os, "environ", {**os.environ, "FULGURITE_APIKEY": served.key})
        ended = command(*arguments)
        rows = [json.loads(line) for line in ended.out.splitlines()]
        assert [(Path(row["path"]).name, row["member"], row["outcome"]) for row in rows] == [
            ("a.json", None, "imported"),
            ("b.txt", None, "refused"),
            ("c.zip", "a.json", "imported"),
            ("c.zip", "c.json", "imported"),
            ("c.zip", "d.json", "refused"),
            ("z.json", None, "refused"),
        ]
        assert ended.code == 1
        assert served.store.is_known(sha256_of(b"c"))

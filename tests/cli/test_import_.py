"""Imports from the command line."""

import json
import os
from pathlib import Path

import pytest

from fulgurite.exports import v4
from tests import builders
from tests.conftest import Command

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

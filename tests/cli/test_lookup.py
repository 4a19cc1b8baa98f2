"""Lookups from the command line."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fulgurite.exports import v4
from fulgurite.model.hashes import digests_of
from fulgurite.store import Store
from tests import builders
from tests.conftest import Command
from tests.imports import import_report

DIGESTS = digests_of(builders.SAMPLE_BYTES)
UNKNOWN = "0" * 64


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with one imported report."""
    report = builders.report(score=9, sandbox_id="5f" * 12, data_id="bzE2MDAwMA")
    with Store.open(tmp_path) as store:
        done = import_report(store, v4.body(report), name="r.json", sha256=None, now=datetime.now(UTC))
    assert done.outcome == "imported"
    return tmp_path


@pytest.mark.parametrize("text", [DIGESTS.md5, DIGESTS.sha1.upper(), DIGESTS.sha256])
def test_every_hash_in_any_case_leads_to_the_report(command: Command, data: Path, text: str) -> None:
    ended = command("lookup", text, "--data", data)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"{text}\n  verdict       malicious (score 9 of 10)\n")


def test_machines_get_the_body_as_served(command: Command, data: Path) -> None:
    ended = command("lookup", "--json", DIGESTS.md5, UNKNOWN, "xyz", "--data", data)
    found, unknown, bad = map(json.loads, ended.out.splitlines())
    assert found["sha256"] == DIGESTS.sha256.upper()
    assert unknown == {"hash": UNKNOWN, "error": {"code": 404003, "messages": ["The hash was not found"]}}
    assert (bad["hash"], bad["error"]["code"]) == ("xyz", 400064)
    assert (ended.code, ended.err) == (3, "")


def test_people_are_told_what_is_missing_and_what_is_wrong(command: Command, data: Path) -> None:
    ended = command("lookup", UNKNOWN, "--data", data)
    assert ended == (3, "", f"{UNKNOWN}: no analysis is known of it\n")
    ended = command("lookup", "\x1b[2J", "--data", data)
    assert ended.code == 2
    assert ended.err == "\\x1b[2J: not a hash; give 32, 40, 64 or 128 hex digits (MD5, SHA-1, SHA-256 or SHA-512)\n"


def test_hashes_come_from_standard_input_one_a_line(
    command: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = f"{DIGESTS.md5}\n\n  {DIGESTS.sha1}\r\n".encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    ended = command("lookup", "-", "--json", "--data", data)
    assert ended.code == 0
    assert [json.loads(line)["md5"] for line in ended.out.splitlines()] == [DIGESTS.md5.upper()] * 2


def test_bytes_that_are_no_text_are_no_hash(command: Command, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\x1b\n")))
    ended = command("lookup", "-", "--data", data)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("\\xff\\x1b: not a hash")


def test_a_data_directory_that_is_not_there_is_told_and_not_made(command: Command, tmp_path: Path) -> None:
    ended = command("lookup", UNKNOWN, "--data", tmp_path / "typo")
    assert (ended.code, ended.out) == (1, "")
    assert "nothing is kept there yet" in ended.err
    assert not (tmp_path / "typo").exists()

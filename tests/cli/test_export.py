"""Analyses as bytes on the command line."""

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fulgurite.exports import v4
from fulgurite.importers import read
from fulgurite.model.hashes import digests_of
from fulgurite.store import Store
from tests import builders
from tests.conftest import Command
from tests.imports import import_report

ORIGINAL = b" " + v4.body(builders.report(score=9, sandbox_id="5f" * 12, data_id="bzE2MDAwMA", reasons=("\x1b[2J",)))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one imported analysis."""
    with Store.open(tmp_path / "data") as store:
        import_report(store, ORIGINAL, name=None, sha256=None, now=datetime.now(UTC))
    return tmp_path / "data"


def test_an_original_comes_out_byte_for_byte(command: Command, data: Path, tmp_path: Path) -> None:
    for name in ("5f" * 12, ("5f" * 12).upper(), *digests_of(builders.SAMPLE_BYTES)):
        ended = command("export", name, "--format", "original", "--data", data)
        assert (ended.code, ended.out.encode(), ended.err) == (0, ORIGINAL, "")
    out = tmp_path / "original.bin"
    ended = command("export", "5f" * 12, "--format", "original", "-o", out, "--data", data)
    assert (ended.code, ended.out) == (0, "")
    assert out.read_bytes() == ORIGINAL


def test_the_body_is_the_one_that_a_lookup_gives(command: Command, data: Path) -> None:
    ended = command("export", "5f" * 12, "--data", data)
    shown = command("lookup", "--json", builders.sample().sha256, "--data", data)
    assert ended.code == 0
    assert json.loads(ended.out) == json.loads(shown.out)


def test_what_was_exported_can_be_imported_again(command: Command, data: Path, tmp_path: Path) -> None:
    native = command("export", "5f" * 12, "--format", "native", "--data", data).out.encode()
    assert read(native).sandbox_id == "5f" * 12
    other = tmp_path / "other"
    (tmp_path / "native.json").write_bytes(native)
    assert command("import", tmp_path / "native.json", "--data", other).code == 0
    again = command("export", "5f" * 12, "--format", "native", "--data", other).out.encode()
    assert read(again) == read(native)


def test_a_report_comes_out_as_one_page(command: Command, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert command("export", "5f" * 12, "--format", "html", "-o", out, "--data", data).code == 0
    page = out.read_bytes()
    assert page.startswith(b"<!doctype html>")
    assert b"sample.exe" in page
    assert b"\x1b" not in page
    assert command("export", "5f" * 12, "--format", "html", "--data", data).out.encode() == page


def test_what_is_not_there_is_told(command: Command, data: Path, tmp_path: Path) -> None:
    for name in ("0" * 24, "0" * 32, "0" * 64):
        ended = command("export", name, "--data", data)
        assert (ended.code, ended.out) == (3, "")
        assert name in ended.err
    assert command("export", "0" * 24, "--format", "original", "--data", data).code == 3
    for name in ("x", "", "../../etc/passwd", "0" * 23):
        assert command("export", name, "--data", data).code == 2
    assert command("export", "0" * 24, "--data", tmp_path / "none").code == 1
    assert not (tmp_path / "none").exists()
    assert command("export", "5f" * 12, "-o", tmp_path / "no/such/folder", "--data", data).code == 1


@pytest.mark.e2e
def test_an_original_never_goes_to_a_terminal(data: Path) -> None:
    ours, theirs = pty.openpty()
    arguments = [sys.executable, "-m", "fulgurite", "export", "5f" * 12, "--format", "original", "--data", str(data)]
    ended = subprocess.run(arguments, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)
    assert ended.returncode == 2
    assert b"-o" in ended.stderr
    with pytest.raises(OSError, match="Input/output error"):
        os.read(ours, 10)
    os.close(ours)

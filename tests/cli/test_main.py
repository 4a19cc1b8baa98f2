"""The command as a whole: help, version, and errors of the caller's as one line."""

import re
from pathlib import Path

import pytest

from fulgurite.cli.main import app
from tests.conftest import Command

STORE = [["store", verb] for verb in ("check", "compact", "backup", "delete")]


def test_every_verb_takes_the_data_directory(command: Command) -> None:
    verbs = [[info.name or (info.callback.__name__ if info.callback else "")] for info in app.registered_commands]
    for verb in [*verbs, ["key", "create"], ["key", "list"], ["key", "revoke"], *STORE]:
        ended = command(*verb, "--help")
        assert (ended.code, ended.err) == (0, "")
        assert "--data DIR" in ended.out, verb


def test_every_verb_is_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs/cli.md").read_text()
    for info in app.registered_commands:
        name = info.name or (info.callback.__name__ if info.callback else "")
        assert f" {name}" in page.split("\n\n")[1]
        assert re.search(rf"^## .*{name}", page, re.MULTILINE)


def test_the_version_is_told(command: Command) -> None:
    assert command("--version").out == "fulgurite 0.1.0\n"


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["lookup"], ["serve", "--port", "http"], ["serve", "--port", "65536"], ["lookup", "-x"]]
)
def test_a_wrong_call_ends_with_status_two(command: Command, arguments: list[str]) -> None:
    ended = command(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "Usage: fulgurite" in ended.err


def test_without_a_verb_help_is_shown(command: Command) -> None:
    assert "Usage: fulgurite" in "".join(command()[1:])


def test_a_fault_in_the_settings_is_one_line(command: Command, tmp_path: Path) -> None:
    (tmp_path / "fulgurite.toml").write_text("port = 'no'")
    ended = command("serve", "--data", tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"fulgurite: {tmp_path}/fulgurite.toml: ")
    assert ended.err.count("\n") == 1


def test_a_fault_in_the_environment_is_one_line(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FULGURITE_PORT", "http")
    ended = command("key", "list", "--data", tmp_path)
    assert ended.code == 2
    assert ended.err.startswith("fulgurite: environment: ")


@pytest.mark.parametrize("verb", [["lookup", "0" * 32], ["key", "list"], ["key", "create", "a"], ["import", "x"]])
def test_a_data_directory_that_is_a_file_is_one_line(command: Command, tmp_path: Path, verb: list[str]) -> None:
    (tmp_path / "file").touch()
    ended = command(*verb, "--data", tmp_path / "file")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"fulgurite: {tmp_path}/file: not a directory; name another one with --data\n"


def test_a_directory_that_cannot_be_made_is_one_line(command: Command) -> None:
    ended = command("key", "create", "a", "--data", "/proc/none/data")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("fulgurite: ")
    assert ended.err.count("\n") == 1

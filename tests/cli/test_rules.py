"""Rules from the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fulgurite import rules
from fulgurite.store import Store, checking
from tests import builders
from tests.conftest import Command
from tests.store.values import imported

GOOD = "name: own\nscore: 9\nttps: [T1005]\nwhen: {file: {}}\ncases: {match: [[file: {}]], miss: [[]]}\n"
WRONG = "name: own\nwhen: {file: {}}\ncases:\n  match: [[]]\n  miss: [[file: {}]]\n"
BUILTIN = len(rules.load_builtin().rules)


def _put(folder: Path, text: str, name: str = "own.yml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def test_rules_in_force_are_listed_and_faults_told(command: Command, tmp_path: Path) -> None:
    _put(tmp_path / "rules", GOOD)
    _put(tmp_path / "rules", "name: [", "broken.yml")
    ended = command("rules", "list", "--data", tmp_path)
    assert ended.code == 0
    assert any(line.startswith("own ") and "T1005" in line for line in ended.out.splitlines())
    assert "left out: " in ended.err
    assert "broken.yml:2: no YAML" in ended.err
    assert f"{BUILTIN + 1} rules, digest" in ended.err
    rows = [json.loads(line) for line in command("rules", "list", "--json", "--data", tmp_path).out.splitlines()]
    assert len(rows) == BUILTIN + 1
    assert [row["score"] for row in rows if row["label"] == "own"] == [9]


def test_rules_over_bytes_are_listed_and_counted_too(command: Command, tmp_path: Path) -> None:
    path = _put(tmp_path / "rules", 'rule one { meta: score = 30 attack = "T1055" condition: true }', "own.yar")
    ended = command("rules", "list", "--data", tmp_path)
    assert ended.out.splitlines()[-1].split() == ["yara_one", "3", "medium", "T1055", "YARA:", "one"]
    assert f"{BUILTIN + 1} rules, digest" in ended.err
    assert "1 rules whole, 0 faults" in command("rules", "check", path).err
    rows = command("rules", "list", "--json", "--data", tmp_path).out.splitlines()
    assert json.loads(rows[-1])["name"] == "YARA: one"


def test_folders_are_a_setting(command: Command, tmp_path: Path) -> None:
    _put(tmp_path / "elsewhere", GOOD)
    (tmp_path / "fulgurite.toml").write_text('rule_folders = ["elsewhere", "none"]')
    ended = command("rules", "list", "--data", tmp_path)
    assert any(line.startswith("own ") for line in ended.out.splitlines())
    assert "none:1: cannot be read: No such file or directory" in ended.err


def test_whole_rules_are_no_fault(command: Command, tmp_path: Path) -> None:
    ended = command("rules", "check", _put(tmp_path, GOOD))
    assert (ended.code, ended.out) == (0, "")
    assert "1 rules whole, 0 faults" in ended.err


def test_every_fault_is_told_with_its_place(command: Command, tmp_path: Path) -> None:
    wrong = _put(tmp_path, WRONG, "wrong.yml")
    form = _put(tmp_path, "name: x\nscore: 0\nttps: [T9999]\nwhen: {odd: {}}\n", "form.yml")
    hostile = _put(tmp_path, GOOD.replace("own", "a\x9b2Jb"), "esc\x1b[2J.yml")
    ended = command("rules", "check", tmp_path)
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert [line.split(": ", 1)[0] for line in lines if str(wrong) in line] == [f"{wrong}:4", f"{wrong}:5"]
    assert len([line for line in lines if str(form) in line]) == 4
    assert "\x1b" not in ended.out
    assert hostile.exists()


def test_the_rules_of_ours_may_be_checked_too(command: Command) -> None:
    folder = Path(rules.__file__).parent / "builtin"
    assert command("rules", "check", folder).code == 0


def test_stored_reports_are_matched_anew(command: Command, tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        imported(store, 1, builders.sample(b"1"))
    _put(tmp_path / "rules", GOOD)
    dry = command("rules", "apply", "--dry-run", "--data", tmp_path)
    assert (dry.code, dry.out) == (0, "")
    assert "1 reports to match" in dry.err
    ended = command("rules", "apply", "--jobs", 1, "--data", tmp_path)
    assert ended.code == 0
    assert "1 of 1" in ended.err
    assert "1 reports matched anew" in ended.err
    assert "0 reports to match" in command("rules", "apply", "--data", tmp_path).err
    sha256 = builders.sample(b"1").sha256
    body = json.loads(command("lookup", "--json", "--data", tmp_path, sha256).out)
    assert body["sandbox_rules"]["count"] == BUILTIN + 1
    assert body["sandbox_rules"]["reasons"]


def test_there_has_to_be_a_store(command: Command, tmp_path: Path) -> None:
    assert command("rules", "apply", "--data", tmp_path / "none").code == 1


@pytest.mark.e2e
def test_killed_it_leaves_a_sound_store_and_goes_on(command: Command, tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        for number in range(1, 81):
            imported(store, number, builders.sample(b"%d" % number), events=(builders.file_write(),) * 100)
    _put(tmp_path / "rules", GOOD)
    arguments = [sys.executable, "-m", "fulgurite", "rules", "apply", "--jobs", "2", "--data", str(tmp_path)]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as applying:
        assert applying.stderr is not None
        told = next(line for line in applying.stderr if " of 80" in line)
        applying.kill()
    done = int(told.split()[0])
    with Store.open(tmp_path) as store:
        assert list(checking.check(store)) == []
    ended = command("rules", "apply", "--jobs", 1, "--data", tmp_path)
    assert ended.code == 0
    assert done > 0
    assert "80 reports to match" not in ended.err
    with Store.open(tmp_path) as store:
        assert list(checking.check(store)) == []
        assert store.database.value("SELECT count(DISTINCT rules) FROM reports") == 1

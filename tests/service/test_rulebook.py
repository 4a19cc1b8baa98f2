"""The rules in force, from the operator's folders too."""

import os
from pathlib import Path

import pytest

from fulgurite import rules
from fulgurite.service import rulebook
from fulgurite.service.rulebook import LOOK_EVERY_S, MAX_FILE_BYTES, RuleBook
from tests.fakes import FakeClock

GOOD = "name: {0}\nwhen: {{file: {{path: {0}}}}}\ncases: {{match: [[file: {{path: {0}}}]], miss: [[]]}}\n"
BUILTIN = len(rules.load_builtin().rules)


def _put(folder: Path, label: str, text: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{label}.yml"
    path.write_text(GOOD.format(label) if text is None else text)
    return path


def test_folders_are_read_with_all_below_them(tmp_path: Path) -> None:
    _put(tmp_path, "one")
    _put(tmp_path / "deep/er", "two")
    _put(tmp_path / ".git", "hidden")
    (tmp_path / "README.md").write_text("no rule")
    found = rulebook.load([tmp_path])
    assert {"one", "two"} < set(found.rules.by_label)
    assert (len(found.rules.rules), found.faults) == (BUILTIN + 2, ())


def test_without_folders_there_are_the_rules_of_ours() -> None:
    assert rulebook.load([]).rules is rules.load_builtin()


def test_bad_files_are_named_and_the_rest_works(tmp_path: Path) -> None:
    _put(tmp_path, "good")
    _put(tmp_path, "broken", "name: [")
    _put(tmp_path, "large", "#" * (MAX_FILE_BYTES + 1))
    (tmp_path / "binary.yml").write_bytes(b"name: \xff")
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "gone.yml").symlink_to(tmp_path / "nowhere")
    found = rulebook.load([tmp_path, tmp_path / "none"])
    assert "good" in found.rules.by_label
    told = "\n".join(found.faults)
    for name, reason in (
        ("broken.yml:2", "no YAML"),
        ("large.yml:1", "it may have 262,144 at most"),
        ("binary.yml:1", "no UTF-8"),
        ("pipe.yml:1", "no regular file"),
        ("gone.yml:1", "No such file"),
        ("none:1", "cannot be read"),
    ):
        assert any(name in fault and reason in fault for fault in found.faults), (name, told)


def test_a_label_of_ours_is_taken(tmp_path: Path) -> None:
    label = rules.load_builtin().rules[0].label
    _put(tmp_path, label)
    (fault,) = rulebook.load([tmp_path]).faults
    assert "has this label already" in fault


def test_changes_are_taken_up_after_a_while(tmp_path: Path) -> None:
    clock = FakeClock()
    book = RuleBook([tmp_path], clock=lambda: clock().timestamp())
    first = book.current()
    path = _put(tmp_path, "one")
    assert book.current() is first
    clock.advance(seconds=LOOK_EVERY_S)
    second = book.current()
    assert "one" in second.by_label
    assert second.digest != first.digest
    clock.advance(seconds=LOOK_EVERY_S)
    assert book.current() is second
    path.write_text("name: [")
    clock.advance(seconds=LOOK_EVERY_S)
    assert "one" not in book.current().by_label
    path.unlink()
    clock.advance(seconds=LOOK_EVERY_S)
    assert book.current().digest == first.digest


def test_what_is_to_be_checked_may_refer_to_rules_of_ours(tmp_path: Path) -> None:
    label = rules.load_builtin().rules[0].label
    text = f"name: a\nwhen: {{rule: {label}}}\ncases: {{match: [[]], miss: [[]]}}"
    found = rulebook.checked([_put(tmp_path, "own", text)])
    assert found.faults == ()
    assert [rule.label for rule in found.rules.rules if rule.file in found.files] == ["own"]


@pytest.mark.parametrize("text", ["", "\ufeffname: a"])
def test_a_byte_order_mark_is_no_fault(tmp_path: Path, text: str) -> None:
    read = rulebook.read(_put(tmp_path, "a", text))
    assert read.text == text.removeprefix("\ufeff")


def test_either_ending_is_that_of_a_rule_file(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(GOOD.format("long"))
    found = rulebook.load([tmp_path])
    assert found.faults == ()
    assert "long" in found.rules.by_label

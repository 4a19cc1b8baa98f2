"""Rule files as trees: values with their lines, and no trick of YAML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.rules.document import MAX_CHARACTERS, MAX_NESTING, Faults, Node, read


def _faults(text: str) -> list[str]:
    faults = Faults("a.yml")
    read(text, faults)
    return faults.lines


def test_values_know_their_lines() -> None:
    faults = Faults("a.yml")
    node = read("a: 1\nb:\n  - x\n  - 0x10\nc: yes\nd: ~\ne: '5'\nf: 1.5\ng: {}\n", faults)
    assert faults.lines == []
    assert node is not None
    assert node.plain() == {"a": 1, "b": ["x", 16], "c": True, "d": None, "e": "5", "f": "1.5", "g": {}}
    assert isinstance(node.value, dict)
    assert node.value["b"].value == [Node("x", 3), Node(16, 4)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "a.yml:1: the file is empty"),
        ("a: [", "a.yml:2: no YAML: "),
        ("a: b: c", "a.yml:1: no YAML: "),
        ("a: \x00", "a.yml:1: no YAML: "),
        ("a: 1\n---\nb: 2\n", "no YAML: "),
        ("a: &x 1\nb: *x\n", "a.yml:1: aliases are not allowed"),
        ("a: *x\n", "no YAML: found undefined alias"),
        ("a: 1\na: 2\n", "a.yml:2: 'a' stands twice"),
        ("? [a]\n: 1\n", "a.yml:1: a name must be plain text"),
        ("a: 1:30\n", "a.yml:1: write the number plainly, or quote it as text: 1:30"),
        ("[" * (MAX_NESTING + 2) + "]" * (MAX_NESTING + 2), f"nests deeper than {MAX_NESTING} levels"),
        ("[" * 20_000, "no YAML: "),
        ("# " + "x" * MAX_CHARACTERS, f"longer than {MAX_CHARACTERS} characters"),
    ],
)
def test_faults_name_their_lines(text: str, fault: str) -> None:
    (line,) = _faults(text)
    assert fault in line


@given(st.text(max_size=60) | st.text("ab:-[]{}&*!|>?,'\"\n ~#%@", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    faults = Faults("a.yml")
    assert (read(text, faults) is not None) or faults.lines != []

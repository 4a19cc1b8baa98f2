"""The syntax of the command shell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.programs import syntax

LINES = st.text(st.sampled_from('ab &|<>()"^%! \\/:=~0,ifexst\n'), max_size=60)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a&b&&c||d|e", [("", "a"), ("&", "b"), ("&&", "c"), ("||", "d"), ("|", "e")]),
        ('echo "a&b" ^& c', [("", 'echo "a&b" & c')]),
        ("a & (b & c) & d", [("", "a"), ("&", "(b & c)"), ("&", "d")]),
        ("if exist x (b & c) else d & e", [("", "if exist x (b & c) else d"), ("&", "e")]),
        ("echo :( & b", [("", "echo :("), ("&", "b")]),
    ],
)
def test_commands(line: str, expected: list[tuple[str, str]]) -> None:
    assert [(c.joint, c.text.rstrip()) for c in syntax.commands(line)] == expected


def test_redirections_are_taken_out() -> None:
    [command] = syntax.commands('prog a 2>&1 >> "c d.txt" <in 2>err b')
    assert command.text.split() == ["prog", "a", "b"]
    assert [(r.sign, r.stream, r.path) for r in command.redirections] == [
        (">>", 1, "c d.txt"),
        ("<", 0, "in"),
        (">", 2, "err"),
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("/c echo a", ("echo a", False)),
        ("/K echo a", ("echo a", True)),
        ('/c "C:\\a b.exe"', ('"C:\\a b.exe"', False)),
        ('/c "del "x y" & b"', ('del "x y" & b', False)),
        ('/d /s /c "foo bar"', ("foo bar", False)),
        ("/q", None),
        ("", None),
    ],
)
def test_what_the_shell_is_to_do(arguments: str, expected: tuple[str, bool] | None) -> None:
    assert syntax.payload(arguments) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("%a%%B%", "xy"), ("%none%", "%none%"), ("%a:x=zz%", "zz"), ("%word:~1,2%", "ol"), ("%word:~-2%", "lf")],
)
def test_variables(text: str, expected: str) -> None:
    assert syntax.expanded(text, {"A": "x", "b": "y", "word": "wolf"}) == expected


@given(LINES)
def test_any_line_is_read(line: str) -> None:
    for command in syntax.commands(syntax.expanded(line, {"a": "b"})):
        assert command.joint in {"", "&", "&&", "||", "|"}
        assert command.word in command.text
    syntax.payload(line)
    syntax.group(line)

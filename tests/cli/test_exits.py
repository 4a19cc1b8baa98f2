"""Exit codes: fixed numbers, all of them on the page."""

import re
from pathlib import Path

from fulgurite.cli.exits import Exit, Failure

PAGE = Path(__file__).parents[2] / "docs/cli.md"


def test_the_numbers_are_fixed_and_documented() -> None:
    rows = re.findall(r"^\| (\d+) \| ", PAGE.read_text(), re.MULTILINE)
    assert [int(row) for row in rows] == [0, 1, 2, 3, 4, 5, 6, 7, 130] == list(Exit)


def test_a_failure_ends_with_an_error_unless_it_says_otherwise() -> None:
    assert Failure("x").code is Exit.ERROR
    assert Failure("x", Exit.TIMEOUT).code is Exit.TIMEOUT

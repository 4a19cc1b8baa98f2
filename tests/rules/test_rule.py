"""What a rule is made of."""

import pytest

from fulgurite.model.events import FileAccess
from fulgurite.rules.rule import Seen


@pytest.mark.parametrize(
    ("seen", "plain"),
    [
        (Seen(FileAccess, ()), True),
        (Seen(FileAccess, (), same=("process",)), True),
        (Seen(FileAccess, (), count=2), False),
        (Seen(FileAccess, (), regular=10), False),
    ],
)
def test_one_record_is_enough_or_not(seen: Seen, plain: bool) -> None:
    assert seen.is_plain is plain

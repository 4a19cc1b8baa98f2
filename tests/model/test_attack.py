"""ATT&CK techniques by id, and that the table is the one that the wheel gives."""

import os
from pathlib import Path

import pytest

from fulgurite.model import attack
from tests.attack_table import table
from tests.golden import REFRESH

TABLE = Path(attack.__file__).with_name("attack.json")


def test_the_table_is_that_of_the_wheel() -> None:
    if os.environ.get(REFRESH) is not None:
        TABLE.write_text(table(), encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == table()


def test_a_technique() -> None:
    hollowing = attack.technique("T1055.012")
    assert hollowing is not None
    assert hollowing == ("T1055.012", "Process Hollowing", ("defense-evasion", "privilege-escalation"))
    assert hollowing in attack.techniques()
    assert attack.version().startswith("misp-galaxy")


@pytest.mark.parametrize(
    ("id_", "fault"),
    [
        ("T1055", None),
        ("T1116", "ATT&CK gave up T1116; it is T1553.002 now"),
        ("T1064", "ATT&CK gave up T1064"),
        ("T9999", "no technique of ATT&CK: T9999 (misp-galaxy"),
    ],
)
def test_ids(id_: str, fault: str | None) -> None:
    found = attack.fault(id_)
    assert (found is None) is (fault is None)
    assert (found or "").startswith(fault or "")
    assert (attack.technique(id_) is not None) is (fault is None)


def test_ids_that_were_given_up() -> None:
    assert [attack.is_gone(id_) for id_ in ("T1107", "T1055", "T9999")] == [True, False, False]

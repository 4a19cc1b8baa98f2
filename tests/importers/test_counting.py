"""What an import carries, leaves and cannot read."""

from fulgurite.importers.counting import MAX_REASONS, Count
from fulgurite.model.tally import MAX_KINDS, OTHER_KINDS, Tally


def test_all_items_add_up() -> None:
    count = Count()
    count.carry(5)
    count.carry()
    count.leave("strings", 3)
    count.leave("strings")
    count.leave("curtain", 0)
    count.unreadable("dns", 2)
    assert count.tally() == Tally(items=12, carried=6, left={"strings": 4, "unreadable dns": 2})
    assert count.faults() == ("2 of dns not of the format's shape: kept only in the original",)


def test_hostile_kinds_and_reasons_are_bounded() -> None:
    count = Count()
    for number in range(MAX_KINDS * 2):
        count.leave(f"kind {number}")
        count.unreadable(f"section {number}")
        count.reasons.append("why")
    assert count.tally().left[OTHER_KINDS] == MAX_KINDS
    assert len(count.faults()) == MAX_REASONS

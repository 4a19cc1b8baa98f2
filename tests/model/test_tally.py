"""The import's own record in words."""

from fulgurite.model.tally import Tally


def test_told_in_one_sentence() -> None:
    assert Tally(items=1200, carried=1200).told() == "carried 1,200 of 1,200 items"
    partly = Tally(items=12_480, carried=12_311, left={"strings": 160, "curtain": 9})
    assert partly.told() == "carried 12,311 of 12,480 items; 169 of kinds strings, curtain kept only in the original"

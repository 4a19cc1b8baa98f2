"""Quotas and standings."""

from fulgurite.model.usage import Allowance, Kind, Standing
from tests.builders import QUOTAS


def test_what_is_left_is_never_below_nothing() -> None:
    assert Standing(limit=10, used=4, reset_in_s=1).remaining == 6
    assert Standing(limit=10, used=12, reset_in_s=1).remaining == 0


def test_an_allowance_goes_before_the_defaults_also_when_it_is_nothing() -> None:
    assert Allowance().over(QUOTAS) == QUOTAS
    own = Allowance(sandbox_api=0, per_minute=0).over(QUOTAS)
    assert [own.of(kind) for kind in Kind] == [0, 20, 1000]
    assert own.per_minute == 0
    assert Allowance(prevention_api=1, reputation_api=2).over(QUOTAS).of(Kind.REPUTATION) == 2

"""Findings and what is behind them."""

from fulgurite.model.signature import Indicator, Signature


def test_the_events_behind_are_those_it_names() -> None:
    assert Signature(name="Ours", events=(3, 1), indicators=(Indicator(event=9),)).all_events == (3, 1)


def test_a_sources_own_finding_has_those_of_its_indicators_each_once() -> None:
    indicators = (Indicator(event=0), Indicator(), Indicator(event=2), Indicator(event=0))
    assert Signature(name="Theirs", indicators=indicators).all_events == (0, 2)
    assert Signature(name="Bare").all_events == ()

"""What capa's rules find in a run, told as signatures."""

import pytest

from fulgurite.model.events import Event, FileAccess, SyncObject
from fulgurite.model.process import Process
from fulgurite.model.report import Report, Source
from fulgurite.model.sample import Sample
from fulgurite.rules.capa import NO_RULES, compiled
from fulgurite.rules.capa.capability import capabilities
from tests.rules.capa.test_rules import written

pytest.importorskip("capa", reason="flare-capa is not installed")

MORE = "    namespace: host-interaction/mutex\n    att&ck: ['Discovery::Query [T1012]', 'Old [T9999]']\n"
RULES = compiled(
    [
        written("create mutex", "- api: CreateMutex", more=MORE),
        written("write after mutex", "- and:\n  - api: CreateMutex\n  - api: WriteFile", scope="thread"),
        written("never", "- api: NoSuchFunction"),
    ]
)[0]
EVENTS: tuple[Event, ...] = (
    FileAccess(procid=1, verb="read", path="C:\\a", op="OpenRead"),
    SyncObject(procid=1, object="mutant", name="m", op="MutantCreate", at_ms=5),
    FileAccess(procid=1, verb="write", path="C:\\b", op="CreateModify"),
)
REPORT = Report(source=Source(name="test"), sample=Sample(), processes=(Process(procid=1),), events=EVENTS)


def test_a_rule_that_holds_is_told_with_its_events() -> None:
    first, second = capabilities(RULES, REPORT)
    assert (first.name, first.label, first.ttps) == ("capa: create mutex", "capa_create_mutex", ("T1012",))
    assert (first.score, first.is_ours, first.description) == (None, True, "host-interaction/mutex")
    assert [(one.event, one.procid, one.at_ms) for one in first.indicators] == [(1, 1, 5)]
    assert (first.events, first.event_count) == ((1,), 1)
    assert second.name == "capa: write after mutex"
    assert second.events == (1, 2)


def test_without_rules_nothing_is_asked() -> None:
    assert capabilities(NO_RULES, REPORT) == ()

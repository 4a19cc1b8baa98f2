"""What a list tells of a report."""

import msgspec

from fulgurite.model.listing import MAX_CHARACTERS, MAX_FAMILIES, AnalysisEntry, Told, told_by
from fulgurite.model.task import TaskState
from tests import builders
from tests.store.values import NOW


def test_a_report_tells_its_words() -> None:
    report = builders.report(
        sample=builders.sample(name="a.exe", file_type="PE32"),
        families=("Emotet",),
        outcome="partial",
        reasons=("x", "y"),
    )
    assert told_by(report) == Told(
        file_name="a.exe", file_type="PE32", system="windows10", families=("Emotet",), reason="x; y"
    )


def test_long_ones_are_cut_and_seen_to_be() -> None:
    told = told_by(builders.report(sample=builders.sample(name="a" * 9999), families=("f" * 9999,) * 99))
    assert (len(told.file_name), told.file_name[-1]) == (MAX_CHARACTERS, "…")
    assert (len(told.families), len(told.families[0])) == (MAX_FAMILIES, MAX_CHARACTERS)


def test_a_reason_belongs_to_what_is_not_complete() -> None:
    assert told_by(builders.report(reasons=("no network",))).reason is None
    assert told_by(builders.report(outcome="failed")).reason is None


def test_every_field_stands_in_json() -> None:
    entry = AnalysisEntry(
        sandbox_id="0" * 24, data_id="bz", source="cape", state=TaskState.FAILED, requested_at=NOW, added_at=NOW
    )
    assert set(msgspec.json.decode(msgspec.json.encode(entry))) == set(AnalysisEntry.__struct_fields__)

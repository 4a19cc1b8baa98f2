"""How sandboxes lay out the folder of one analysis."""

import pytest

from fulgurite.importers.packed.layouts import grouped


@pytest.mark.parametrize(
    ("members", "parts"),
    [
        (["logs/summary.json", "logs/flog.xml", "logs/x.json"], ("logs/summary.json", "logs/flog.xml")),
        (["a/summary_v2.json", "a/flog.xml.gz"], ("a/summary_v2.json", "a/flog.xml.gz")),
        (["post.json", "logs/threemon.pb", "x/report.json"], ("post.json", "logs/threemon.pb")),
        (["report_triage.json", "stahp.json"], ("report_triage.json", "stahp.json")),
        (["7/reports/report.json", "7/reports/lite.json", "7/files/a.json"], ("7/reports/report.json",)),
        (["reports/lite.json", "ETW/etw_dns.json", "evtx/evtx.zip"], ("reports/lite.json",)),
        (["drakmon.log", "procmon.log"], ("drakmon.log",)),
        (["procmon.log", "newmon.log.gz", "report.json"], ("procmon.log", "newmon.log.gz", "report.json")),
        (["w\\\\procmon.log".replace("\\\\", "\\"), "w/regmon.log"], ("w\\procmon.log", "w/regmon.log")),
    ],
)
def test_what_belongs_together_is_told_by_names(members: list[str], parts: tuple[str, ...]) -> None:
    ((group,), left) = grouped(members)
    assert group.parts == parts
    assert left == []


def test_what_lies_outside_is_left_as_a_heap() -> None:
    groups, left = grouped(["a/post.json", "b.json", "a/x.json", "c.exe", "d.json.gz", "e.tgz", "f"])
    assert [group.root for group in groups] == ["a/"]
    assert left == ["b.json", "d.json.gz", "e.tgz"]


def test_other_json_beside_the_report_is_not_lost() -> None:
    members = ["reports/report.json", "reports/lite.json", "reports/a.json", "b.json", "reports/x/c.json"]
    ((group,), left) = grouped(members)
    assert group.beside == ("reports/a.json",)
    assert left == []

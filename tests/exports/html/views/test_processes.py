"""The process tree: order, marks, bounds, hostile parents."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.exports.html.views.processes import MAX_DEPTH, MAX_PROCESSES, Node, Tree, chosen, tree
from fulgurite.exports.html.views.signatures import findings
from fulgurite.exports.html.views.who import Cast
from fulgurite.model.artifact import Artifact
from fulgurite.model.digest import digest
from fulgurite.model.events import DnsQuery, Event, FileAccess, Injection
from fulgurite.model.process import Process
from fulgurite.model.report import Report
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.verdict import Verdict
from tests.builders import file_write, process, report
from tests.strategies import reports


def _of(made: Report, total: int | None = None) -> Tree:
    told = digest(made)
    shown = chosen(made, told)
    cast = Cast(made, (one.procid for one in shown))
    return tree(made, told, shown, cast, findings(made, cast).shown, total)


def _nodes(*processes: Process, events: tuple[Event, ...] = (), **fields: Any) -> dict[int, Node]:
    return {one.said.procid: one for one in _of(report(processes=processes, events=events, **fields)).nodes}


def test_parents_stand_before_their_children() -> None:
    made = _of(report(processes=(process(3, procid_parent=2), process(1), process(2, procid_parent=1), process(4))))
    assert [(node.said.procid, node.depth) for node in made.nodes] == [(1, 0), (2, 1), (3, 2), (4, 0)]
    assert made.nodes[1].parent is not None
    assert made.nodes[1].parent.procid == 1


def test_a_ring_and_ones_own_child_are_told_once() -> None:
    ring = (process(1, procid_parent=2), process(2, procid_parent=1), process(3, procid_parent=3))
    assert sorted(node.said.procid for node in _of(report(processes=ring)).nodes) == [1, 2, 3]


def test_a_long_line_ends_at_the_last_level() -> None:
    line = [process(1), *(process(n, procid_parent=n - 1) for n in range(2, 60))]
    made = _of(report(processes=tuple(line)))
    assert [node.depth for node in made.nodes] == [min(n, MAX_DEPTH) for n in range(59)]


def test_what_ran_before_and_did_nothing_is_left_out() -> None:
    idle = [process(n, existing=True, ppid=None) for n in range(2, 30)]
    told = _of(report(file_write(procid=2), file_write(procid=2), processes=(process(1), *idle)))
    assert [node.said.procid for node in told.nodes] == [1, 2]
    assert (told.total, told.idle, told.left) == (29, 27, 0)


def test_marks() -> None:
    dropped = process(2, procid_parent=1, image="C:\\Temp\\New.exe")
    found = _nodes(
        process(1),
        dropped,
        process(3, image="C:\\kept.exe"),
        process(4, image="C:\\renamed.exe"),
        process(5, image="C:\\clean.exe", orig=True, injected=True),
        process(6, image="C:\\tried.exe"),
        events=(
            file_write("C:\\TEMP\\new.exe", procid=1),
            FileAccess(verb="rename", path="C:\\a", dst="C:\\renamed.exe", op="x", procid=1),
            file_write("C:\\clean.exe", procid=1),
            FileAccess(verb="write", path="C:\\tried.exe", op="x", procid=1, status=0xC0000022),
            Injection(op="CreateRemoteThread", procid=1, procid_target=5),
            Injection(op="CreateRemoteThread", procid=1, procid_target=1),
        ),
        artifacts=(Artifact(name="a", kind="martian", path="c:\\KEPT.exe"),),
    )
    assert {procid for procid, node in found.items() if node.is_dropped} == {2, 3, 4}
    assert [who.procid for who in found[5].injected_by] == [1]
    assert [who.procid for who in found[1].injected_into] == [5]


def test_what_a_process_did() -> None:
    signatures = (
        Signature(name="writes", label="writes", score=6, indicators=(Indicator(procid=1), Indicator(procid=1))),
    )
    (node,) = _nodes(
        process(1, cmd=("sh", "-c", "x y")),
        events=(*(file_write(f"C:\\{n}", procid=1) for n in range(30)), DnsQuery(procid=1, name="a.example")),
        signatures=signatures,
    ).values()
    assert node.command == "sh -c x y"
    assert node.counts == (("file", 30), ("dns_query", 1))
    assert node.events == 31
    assert node.signatures == (("writes", "signature-writes"),)
    assert (node.signatures_total, node.level) == (1, Verdict.SUSPICIOUS)
    assert [name for name, _ in node.deeds] == ["names", *["files"] * 8]


def test_a_tree_of_ten_thousand_is_bounded_and_keeps_what_matters() -> None:
    many = tuple(process(n, procid_parent=max(1, n - 1)) for n in range(1, 10_001))
    signature = Signature(name="a", score=9, indicators=(Indicator(procid=9_999), Indicator(procid_target=5_000)))
    made = _of(report(processes=many, signatures=(signature,)), total=12_000)
    shown = {node.said.procid for node in made.nodes}
    assert len(shown) <= MAX_PROCESSES
    assert {9_999, 9_998, 5_000} <= shown
    assert made.left == 12_000 - len(shown)


@given(st.data())
def test_any_report_has_a_tree_that_tells_each_once(data: st.DataObject) -> None:
    made = _of(data.draw(reports()))
    shown = [node.said.procid for node in made.nodes]
    assert len(shown) == len(set(shown)) <= MAX_PROCESSES
    assert all(0 <= node.depth <= MAX_DEPTH for node in made.nodes)

"""Processes of the list and the tree."""

from tests.importers.cuckoo.made import process, read


def _node(pid: int, *children: object, **fields: object) -> dict[str, object]:
    return {"pid": pid, "name": f"{pid}.exe", "children": list(children), **fields}


def test_the_command_line_may_stand_in_the_tree_alone() -> None:
    tree = [_node(1, _node(2, environ={"CommandLine": "two"}, parent_id=1))]
    report = read(behavior={"processes": [process(1), process(2)], "processtree": tree})
    assert [(one.pid, one.ppid, one.procid_parent, one.cmd) for one in report.processes] == [
        (1, None, None, None),
        (2, 1, 1, "two"),
    ]


def test_what_only_the_tree_knows_is_taken_up() -> None:
    report = read(behavior={"processtree": [_node(1, _node(2, parent_id=1)), _node(1, parent_id=2)]})
    assert [(one.pid, one.procid_parent) for one in report.processes] == [(1, None), (2, 1), (1, 2)]


def test_parents_from_elsewhere_roots_and_circles() -> None:
    listed = [process(1, parent_id=2), process(2, parent_id=1), process(0, parent_id=0), process(None), process("9")]
    report = read(behavior={"processes": listed})
    assert [one.procid_parent for one in report.processes] == [None, 1, None, None, None]
    assert [one.pid for one in report.processes] == [1, 2, 0, None, 9]


def test_deep_trees() -> None:
    node = _node(200)
    for pid in range(199, 0, -1):
        node = _node(pid, node)
    assert len(read(behavior={"processtree": [node]}).processes) == 200

"""One shape for all spellings of a process."""

from fulgurite.importers.cuckoo.shapes import ProcessNode


def test_names_of_cuckoo_1_2_and_cape() -> None:
    one = ProcessNode(process_id="248", parent_id="920", process_name="x")
    two = ProcessNode(pid=5, ppid=4, process_path="C:\\a", command_line="a")
    cape = ProcessNode(process_id=5, module_path="C:\\b", environ={"CommandLine": "b"})
    assert [(node.own_pid, node.parent_pid) for node in (one, two, cape)] == [(248, 920), (5, 4), (5, None)]
    assert [node.image for node in (one, two, cape)] == ["x", "C:\\a", "C:\\b"]
    assert [node.command for node in (one, two, cape)] == [None, "a", "b"]


def test_what_is_no_pid() -> None:
    assert ProcessNode(pid=-1, environ="x").own_pid is None
    assert ProcessNode(environ="x").command is None

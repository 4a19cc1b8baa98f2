"""The guest's file system."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulgurite.engines.emulator import files as module
from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.clock import Clock
from fulgurite.engines.emulator.files import READONLY, FileSystem, Node
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.profile import system
from fulgurite.engines.emulator.status import NtFailure

ONE = GuestProcess(procid=1, pid=10, image="C:\\a.exe", cmd="a")
TWO = GuestProcess(procid=2, pid=20, image="C:\\b.exe", cmd="b")


def fresh(kept: list[bytes] | None = None) -> FileSystem:
    def keep(node: Node) -> None:
        if kept is not None:
            kept.append(bytes(node.data))

    return FileSystem(system("windows10"), Clock(0, 0), keep)


@pytest.fixture
def tree() -> FileSystem:
    return fresh()


def test_the_clean_windows_is_there(tree: FileSystem) -> None:
    node = tree.find("c:\\windows\\SYSTEM32\\Cmd.Exe")
    assert node is not None
    assert node.is_orig
    assert node.path == "C:\\Windows\\System32\\cmd.exe"
    assert tree.data("C:\\Windows\\win.ini") is not None
    assert tree.data("C:\\Windows") is None


def test_what_is_missing_says_how(tree: FileSystem) -> None:
    for path, code in {
        "C:\\no.txt": status.OBJECT_NAME_NOT_FOUND,
        "C:\\no\\no.txt": status.OBJECT_PATH_NOT_FOUND,
        "D:\\no.txt": status.OBJECT_PATH_NOT_FOUND,
        "\\\\server\\share\\x": status.BAD_NETWORK_PATH,
        "C:\\a?b": status.OBJECT_NAME_INVALID,
    }.items():
        with pytest.raises(NtFailure) as failure:
            tree.at(path)
        assert failure.value.status == code


def test_writing_and_cutting(tree: FileSystem) -> None:
    node = tree.create("C:\\Users\\Public\\a.bin", ONE)
    tree.write(node, "", 4, b"abc", ONE)
    assert node.data == b"\0\0\0\0abc"
    tree.resize(node, "", 2, ONE)
    assert node.data == b"\0\0"
    assert (node.writer, node.is_orig) == (ONE, False)


def test_a_full_drive(tree: FileSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CONTENT_BYTES", 10_000)
    node = tree.create("C:\\big", ONE)
    with pytest.raises(NtFailure) as failure:
        tree.write(node, "", 1 << 40, b"x", ONE)
    assert failure.value.status == status.DISK_FULL
    with pytest.raises(NtFailure):
        tree.resize(node, "", 1 << 40, ONE)


def test_what_is_lost_is_kept_before() -> None:
    kept: list[bytes] = []
    tree = fresh(kept)
    node = tree.create("C:\\a", ONE)
    tree.write(node, "", 0, b"first", ONE)
    tree.write(node, "", 0, b"again", ONE)
    assert kept == []
    tree.write(node, "", 0, b"other", TWO)
    assert kept == [b"again"]
    tree.delete(node)
    assert kept == [b"again", b"other"]
    tree.keep_all()
    assert kept == [b"again", b"other"]


def test_deletion_is_refused_as_on_windows(tree: FileSystem) -> None:
    node = tree.create("C:\\locked", ONE)
    node.attributes |= READONLY
    with pytest.raises(NtFailure) as failure:
        tree.delete(node)
    assert failure.value.status == status.CANNOT_DELETE
    with pytest.raises(NtFailure):
        tree.delete(tree.at("C:\\Windows"))
    with pytest.raises(NtFailure):
        tree.delete(tree.root)


def test_moving(tree: FileSystem) -> None:
    node = tree.create("C:\\a", ONE)
    tree.create("C:\\b", ONE)
    with pytest.raises(NtFailure):
        tree.move(node, "C:\\b", ONE, replaces=False)
    tree.move(node, "C:\\b", ONE, replaces=True)
    assert tree.find("C:\\a") is None
    assert tree.find("C:\\B") is node
    with pytest.raises(NtFailure):
        tree.move(tree.at("C:\\Users"), "C:\\Users\\Public\\in", ONE, replaces=False)


def test_copies_and_links(tree: FileSystem) -> None:
    node = tree.create("C:\\a", ONE)
    tree.write(node, "", 0, b"one", ONE)
    copy = tree.copy(node, "C:\\copy", TWO)
    link = tree.link(node, "C:\\link", TWO)
    tree.write(node, "", 0, b"two", ONE)
    assert (bytes(copy.data), bytes(link.data)) == (b"one", b"two")
    with pytest.raises(NtFailure):
        tree.copy(node, "C:\\a", ONE)


def test_folders_do_not_go_down_for_ever(tree: FileSystem) -> None:
    path = "C:"
    with pytest.raises(NtFailure):  # noqa: PT012 - the depth is what is looked for
        for _ in range(module.MAX_DEPTH + 2):
            path += "\\d"
            tree.create(path, ONE, is_dir=True)
    tree.delete_tree(tree.at("C:\\d"))
    assert tree.find("C:\\d") is None


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("cwdmx"), st.integers(0, 3), st.integers(0, 3), st.binary(max_size=30)), max_size=30
    )
)
def test_the_count_of_bytes_follows_what_is_there(steps: list[tuple[str, int, int, bytes]]) -> None:
    tree = fresh()
    before = tree._bytes
    for act, first, second, data in steps:
        one, two = f"C:\\f{first}", f"C:\\f{second}"
        try:
            _step(tree, act, one, two, data)
        except NtFailure:
            continue
    held = sum(len(content) for node in tree.walk() for content in node.streams.values())
    assert tree._bytes == held
    for node in tuple(tree.root.children.values()):
        if node.writer is not None:
            tree.delete(node)
    assert tree._bytes == before


def _step(tree: FileSystem, act: str, one: str, two: str, data: bytes) -> None:
    match act:
        case "c":
            tree.create(one, ONE)
        case "w":
            tree.write(tree.at(one), "", len(data), data, TWO)
        case "d":
            tree.delete(tree.at(one))
        case "m":
            tree.move(tree.at(one), two, ONE, replaces=True)
        case _:
            tree.copy(tree.at(one), two, TWO)

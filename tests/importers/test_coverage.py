"""What is told already."""

from fulgurite.importers.coverage import Coverage
from fulgurite.model.events import FileAccess, ProcessCreate, SyncObject
from tests.builders import file_write


def test_verbs_and_processes_may_be_left_open() -> None:
    coverage = Coverage()
    coverage.note_event(file_write("C:\\a", procid=1))
    coverage.note_event(ProcessCreate(procid=1))
    assert coverage.is_covered("file", "", "C:\\a")
    assert coverage.is_covered("file", "write", "C:\\a", 1)
    assert not coverage.is_covered("file", "read", "C:\\a")
    assert coverage.is_covered("file", "read", "C:\\a")
    assert not coverage.is_covered("file", "write", "C:\\a", 2)


def test_renamed_files_are_met_but_not_written() -> None:
    coverage = Coverage()
    coverage.note_event(FileAccess(verb="rename", path="C:\\a", dst="C:\\b", op="Rename"))
    coverage.note_event(SyncObject(object="mutant", name="m", op="MutantCreate"))
    assert coverage.is_covered("file", "", "C:\\b")
    assert not coverage.is_covered("file", "write", "C:\\b")
    assert coverage.is_covered("mutant", "", "m")

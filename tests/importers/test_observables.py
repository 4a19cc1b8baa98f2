"""Observables that refer to one another, and to nothing."""

from fulgurite.importers.gathering import Gathered
from fulgurite.importers.observables import Observables, hashes_of, sample_of
from fulgurite.model.events import FileAccess, RegistryAccess
from fulgurite.model.report import Report
from fulgurite.model.sample import Sample


def _read(**listed: dict[str, object]) -> Report:
    out = Gathered("test")
    observables = Observables(out, {key: {"id": key, **one} for key, one in listed.items()}, None)
    observables.read_processes()
    out.births()
    observables.read_rest()
    return out.report(sample=Sample())


def test_digests_by_all_names() -> None:
    told = {"hashes": {"MD5": "A" * 32, "SHA256": "b" * 64, "SHA-1": "short"}, "size": True, "name": "x"}
    assert hashes_of(told) == {"md5": "a" * 32, "sha1": None, "sha256": "b" * 64}
    assert sample_of(told) == Sample(md5="a" * 32, sha256="b" * 64, name="x")


def test_paths_out_of_folders() -> None:
    report = _read(
        d={"type": "directory", "path": "/opt/"},
        f={"type": "file", "name": "x", "parent_directory_ref": "d"},
        g={"type": "file", "name": "y", "parent_directory_ref": "lost"},
    )
    assert [event.path for event in report.events if isinstance(event, FileAccess)] == ["/opt/x", "y"]


def test_keys_with_and_without_values() -> None:
    key: dict[str, object] = {"type": "windows-registry-key", "key": "HKLM\\X"}
    report = _read(a={**key, "values": [{"name": "v", "data": "1"}, {}]}, b=key, c={"type": key["type"]})
    paths = [(e.path, e.verb) for e in report.events if isinstance(e, RegistryAccess)]
    assert paths == [("HKLM\\X\\v", "write"), ("HKLM\\X", "write"), ("HKLM\\X", "read")]


def test_processes_in_a_circle() -> None:
    report = _read(a={"type": "process", "parent_ref": "b"}, b={"type": "process", "parent_ref": "a"})
    assert [one.procid_parent for one in report.processes] == [None, 1]

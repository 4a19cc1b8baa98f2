"""Reports in folders."""

import os
import tarfile
from pathlib import Path

import pytest

from fulgurite.errors import InputError, TooLarge
from fulgurite.service.importing import Unit, below, opened


def _made(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def _below(root: Path, *, is_picky: bool = False) -> list[str]:
    return [str(unit.path.relative_to(root)) for unit in below(root, is_picky=is_picky)]


def test_folders_are_walked_in_the_order_of_names(tmp_path: Path) -> None:
    _made(tmp_path, "b/2", "b/1", "a/deep/er", "c")
    assert _below(tmp_path) == ["c", "a/deep/er", "b/1", "b/2"]
    assert list(below(tmp_path / "c")) == [Unit(tmp_path / "c", tmp_path)]
    assert list(below(tmp_path / "missing")) == [Unit(tmp_path / "missing", tmp_path)]


def test_links_make_no_loop(tmp_path: Path) -> None:
    _made(tmp_path, "a/1.json")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "itself").symlink_to("itself")
    (tmp_path / "link.json").symlink_to("a/1.json")
    assert _below(tmp_path) == ["itself", "link.json", "a/1.json"]


def test_who_is_picky_gets_what_may_be_a_report(tmp_path: Path) -> None:
    _made(tmp_path, "a.json", "b.exe", ".hidden.json", "c.json.tmp", "d.json.part", "e.log.gz", "f.evtx", "g", "h.zip~")
    assert _below(tmp_path, is_picky=True) == ["a.json", "e.log.gz", "f.evtx"]


def test_the_folder_of_an_analysis_is_one_unit(tmp_path: Path) -> None:
    cape = ("reports/report.json", "reports/lite.json", "task.json", "binary", "CAPE/1.bin", "logs/1.bson")
    _made(tmp_path / "storage/analyses/1", *cape)
    drakvuf = ("procmon.log", "apimon.log", "report.json", "metadata.json", "drakrun.log", "dumps/1")
    _made(tmp_path / "drakrun/analyses/8a2f", *drakvuf)
    _made(tmp_path / "cuckoo3", "post.json", "threemon.pb", "machine.json")
    units = {str(unit.root.relative_to(tmp_path)): unit for unit in below(tmp_path)}
    assert list(units) == ["cuckoo3", "drakrun/analyses/8a2f", "storage/analyses/1"]
    assert units["storage/analyses/1"].path == tmp_path / "storage/analyses/1/reports/report.json"
    assert (units["storage/analyses/1"].parts, units["storage/analyses/1"].left) == ((), 4)
    assert {"procmon.log", "apimon.log", "report.json"} <= set(units["drakrun/analyses/8a2f"].parts)
    assert not units["drakrun/analyses/8a2f"].is_growing
    assert set(units["cuckoo3"].parts) == {"post.json", "threemon.pb"}


def test_of_an_analysis_that_goes_on_nothing_is_taken(tmp_path: Path) -> None:
    _made(tmp_path / "analyses/1", "task.json", "files.json", "debugger/1.log", "files/x.zip", "analysis.log")
    _made(tmp_path / "analyses/2", "metadata.json", "drakrun.log", "screenshots.json")
    _made(tmp_path / "analyses/3", "drakmon.log")
    [unit] = below(tmp_path, is_picky=True)
    assert (unit.path, unit.is_growing) == (tmp_path / "analyses/3/drakmon.log", True)


def test_parts_come_as_the_same_tar_each_time(tmp_path: Path) -> None:
    _made(tmp_path, "post.json", "threemon.pb")
    [unit] = below(tmp_path)
    with opened(unit, 100) as file:
        first = (file.seek(0), file.read())[1]
        file.seek(0)
        with tarfile.open(fileobj=file) as tar:
            assert {name: tar.extractfile(name).read() for name in tar.getnames()} == {  # type: ignore[union-attr]
                "post.json": b"post.json",
                "threemon.pb": b"threemon.pb",
            }
    os.utime(tmp_path / "post.json", (1, 1))
    with opened(unit, 100, tmp_path) as file:
        file.seek(0)
        assert file.read() == first
    with pytest.raises(TooLarge):
        opened(unit, 15)


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    for name in ("pipe.json", "folder.json"):
        with pytest.raises(InputError, match="no file"):
            opened(Unit(tmp_path / name, tmp_path), 100)
    with pytest.raises(FileNotFoundError):
        opened(Unit(tmp_path / "none", tmp_path), 100)
    _made(tmp_path, "large.json")
    with pytest.raises(TooLarge, match="max_upload_bytes"):
        opened(Unit(tmp_path / "large.json", tmp_path), 9)
    with opened(Unit(tmp_path / "large.json", tmp_path), 10) as file:
        assert file.read() == b"large.json"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_folder_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    _made(tmp_path, "shut/1.json", "open/2.json")
    (tmp_path / "shut").chmod(0)
    assert _below(tmp_path) == ["open/2.json", "shut"]
    (tmp_path / "shut").chmod(0o700)

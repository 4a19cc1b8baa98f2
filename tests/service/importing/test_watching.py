"""Folders that others write reports into. Times are set by hand, where they matter."""

import os
import time
from pathlib import Path

from fulgurite.service.importing import Remembrance, Watch
from fulgurite.service.importing.watching import GROWING_S, Dealt


def _old(path: Path, content: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def _names(watch: Watch) -> list[str]:
    return sorted(unit.path.name for unit, _ in watch.ready())


def _deal(watch: Watch, *, is_refused: bool = False) -> list[str]:
    ready = list(watch.ready())
    for unit, signature in ready:
        watch.dealt(unit, signature, is_refused=is_refused)
    return sorted(unit.path.name for unit, _ in ready)


def test_a_file_is_ready_once_it_is_quiet(tmp_path: Path) -> None:
    _old(tmp_path / "a.json")
    assert _names(Watch([tmp_path], Remembrance(None), settle_s=3600)) == []
    assert _names(Watch([tmp_path], Remembrance(None), settle_s=0)) == ["a.json"]


def test_what_is_dealt_with_is_not_ready_until_it_changes(tmp_path: Path) -> None:
    _old(tmp_path / "a.json")
    watch = Watch([tmp_path], Remembrance(None), settle_s=0)
    assert _deal(watch) == ["a.json"]
    assert _deal(watch) == []
    _old(tmp_path / "a.json", "longer")
    assert _deal(watch, is_refused=True) == ["a.json"]
    assert _deal(watch) == []
    # Written anew with as many bytes, and the old date put back.
    before = (tmp_path / "a.json").stat()
    _old(tmp_path / "a.json", "LONGER")
    os.utime(tmp_path / "a.json", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert _deal(watch) == ["a.json"]


def test_a_file_that_is_written_to_is_not_ready(tmp_path: Path) -> None:
    path = _old(tmp_path / "a.json")
    watch = Watch([tmp_path], Remembrance(None), settle_s=0.2)
    ends_at = time.monotonic() + 0.5
    while time.monotonic() < ends_at:
        _old(path, str(time.monotonic_ns()))
        assert _names(watch) == []
    while _names(watch) == []:
        time.sleep(0.02)


def test_a_log_that_may_still_grow_is_waited_for_longer(tmp_path: Path) -> None:
    folder = tmp_path / "analyses/1"
    _old(folder / "drakmon.log")
    watch = Watch([tmp_path], Remembrance(None), settle_s=0)
    assert _names(watch) == []
    [(unit, _)] = [(unit, seen) for unit, seen in watch._seen.items()]
    watch._seen[unit] = watch._seen[unit]._replace(since=time.monotonic() - GROWING_S)
    assert _names(watch) == ["drakmon.log"]
    _old(folder / "report.json")
    assert _names(watch) == ["drakmon.log"]


def test_a_folder_may_go_and_come_back(tmp_path: Path) -> None:
    _old(tmp_path / "spool/a.json")
    _old(tmp_path / "other/b.json")
    watch = Watch([tmp_path / "spool", tmp_path / "other"], Remembrance(None), settle_s=0)
    assert _deal(watch) == ["a.json", "b.json"]
    (tmp_path / "spool").rename(tmp_path / "away")
    assert _deal(watch) == []
    assert watch.missing == {tmp_path / "spool"}
    (tmp_path / "away").rename(tmp_path / "spool")
    _old(tmp_path / "spool/c.json")
    assert _deal(watch) == ["c.json"]
    assert watch.missing == set()


def test_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    for number in range(50):
        _old(tmp_path / f"{number}.json")
    watch = Watch([tmp_path], Remembrance(None), settle_s=0)
    assert len(_deal(watch)) == 50
    for number in range(50):
        (tmp_path / f"{number}.json").unlink()
    assert _deal(watch) == []
    assert watch._seen == {}


def test_a_new_start_goes_on_where_it_was(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    names = [b"a.json", b"\xff\n.json", "ü.json".encode()]
    (tmp_path / "spool").mkdir()
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path / "spool") + b"/" + name)).write_text("x")
    assert len(_deal(Watch([tmp_path / "spool"], Remembrance(state), settle_s=0))) == 3
    # The end of it was lost in a crash.
    state.write_bytes(state.read_bytes()[:-9])
    assert len(_deal(Watch([tmp_path / "spool"], Remembrance(state), settle_s=0))) == 1
    assert _deal(Watch([tmp_path / "spool"], Remembrance(state), settle_s=0)) == []
    state.write_bytes(b"\x00\xff no JSON\n" + state.read_bytes())
    assert _deal(Watch([tmp_path / "spool"], Remembrance(state), settle_s=0)) == []


def test_what_an_earlier_version_refused_is_tried_again(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    _old(tmp_path / "spool/a.json")
    _deal(Watch([tmp_path / "spool"], Remembrance(state), settle_s=0), is_refused=True)
    assert _deal(Watch([tmp_path / "spool"], Remembrance(state), settle_s=0)) == []
    text = state.read_text()
    state.write_text(text.replace('"refused_by":"', '"refused_by":"0.0.'))
    assert text != state.read_text()
    assert _deal(Watch([tmp_path / "spool"], Remembrance(state), settle_s=0)) == ["a.json"]
    assert Dealt(path="x", signature=()).refused_by is None

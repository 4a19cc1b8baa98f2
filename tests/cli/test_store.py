"""The upkeep of a store from the command line."""

import json
from pathlib import Path

from fulgurite.store import Store
from tests import builders
from tests.conftest import Command
from tests.store.values import damage, imported, sandbox_id


def _filled(folder: Path) -> None:
    with Store.open(folder) as store:
        imported(store, 1, builders.sample(b"MZ one"))
        imported(store, 2, builders.sample(b"MZ two"))


def test_a_sound_store_is_said_to_be_sound(command: Command, tmp_path: Path) -> None:
    _filled(tmp_path)
    ended = command("store", "check", "--data", tmp_path)
    assert (ended.code, ended.out) == (0, "")
    assert "all is sound" in ended.err


def test_damage_is_named_with_status_1(command: Command, tmp_path: Path) -> None:
    _filled(tmp_path)
    with Store.open(tmp_path) as store:
        row = store.report(sandbox_id(1))
        assert row is not None
        damage(store, row.original_at)
    ended = command("store", "check", "--json", "--data", tmp_path)
    assert ended.code == 1
    [told] = map(json.loads, ended.out.splitlines())
    assert (told["kind"], told["name"], told["repaired"]) == ("report", sandbox_id(1), False)
    assert "1 wrong, 0 repaired" in ended.err


def test_a_damaged_index_is_repaired(command: Command, tmp_path: Path) -> None:
    _filled(tmp_path)
    (tmp_path / "index.lmdb" / "data.mdb").write_bytes(b"no index" * 4096)
    assert command("lookup", "0" * 32, "--data", tmp_path).code == 1
    ended = command("store", "check", "--data", tmp_path)
    assert (ended.code, ended.out.startswith("index index.lmdb: ")) == (1, True)
    assert command("store", "check", "--repair", "--data", tmp_path).code == 0
    assert command("store", "check", "--data", tmp_path).code == 0


def test_deleted_compacted_and_copied(command: Command, tmp_path: Path) -> None:
    data = tmp_path / "data"
    _filled(data)
    assert "1 analysis deleted" in command("store", "delete", sandbox_id(1), "--data", data).err
    assert command("store", "delete", sandbox_id(1), "--data", data).code == 3
    assert "1 packs written anew" in command("store", "compact", "--data", data).err
    assert "is a whole copy" in command("store", "backup", tmp_path / "copy", "--data", data).err
    assert command("store", "check", "--data", tmp_path / "copy").code == 0


def test_nothing_is_kept_there(command: Command, tmp_path: Path) -> None:
    for verb in (["check"], ["compact"], ["backup", tmp_path / "copy"], ["delete", "0" * 32]):
        ended = command("store", *verb, "--data", tmp_path / "none")
        assert ended.code == 1
        assert "nothing is kept there yet" in ended.err

"""Files that the caller names."""

from pathlib import Path

import pytest

from fulgurite.cli.exits import Exit, Failure
from fulgurite.cli.files import below, content


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert content(path, 5) == b"12345"
    with pytest.raises(Failure, match=r"a: over 4 bytes; the setting max_upload_bytes allows more"):
        content(path, 4)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"nothing: No such file or directory$") as caught:
        content(tmp_path / "nothing", 5)
    assert caught.value.code is Exit.ERROR
    with pytest.raises(Failure, match="Is a directory"):
        content(tmp_path, 5)


def test_folders_are_walked_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a/deep/er", "c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = below([tmp_path / "c", tmp_path, tmp_path / "missing"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["c", "a/deep/er", "b/1", "b/2", "c", "missing"]

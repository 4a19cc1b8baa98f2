"""Files that the caller names."""

from pathlib import Path

import pytest

from fulgurite.cli.exits import Exit, Failure
from fulgurite.cli.files import content


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

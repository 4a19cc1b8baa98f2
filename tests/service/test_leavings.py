"""What a run leaves: read only if it is what it says, believed only if it has its digest."""

import os
from pathlib import Path

import pytest

from fulgurite.errors import EngineError
from fulgurite.model.artifact import Artifact
from fulgurite.model.hashes import sha256_of
from fulgurite.service import leavings
from fulgurite.service.leavings import kept_artifacts, read_regular
from fulgurite.store import Store

SECRET = b"what the child must not make us read"


def _artifact(digest: str | None, name: str = "files/1.dat") -> Artifact:
    return Artifact(name=name, kind="martian", sha256=digest, size_bytes=1, is_kept=True)


def test_a_regular_file_is_read_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"0123456789")
    assert read_regular(tmp_path / "log", 100) == b"0123456789"
    assert read_regular(tmp_path / "log", 4) == b"0123"


def test_nothing_else_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("link", "pipe", "folder", "nothing"):
        with pytest.raises(EngineError, match=name):
            read_regular(tmp_path / name, 100)


def test_artifacts_are_kept_neutered(store: Store, tmp_path: Path) -> None:
    content = b"MZ dropped"
    digest = sha256_of(content)
    (tmp_path / digest).write_bytes(content)
    artifacts, told = kept_artifacts(store, (_artifact(digest), _artifact(digest, "files/2.dat")), tmp_path)
    assert [(one.is_kept, one.size_bytes) for one in artifacts] == [(True, 10), (True, 10)]
    assert told == ()
    assert store.blobs.read(digest) == content
    assert [path.suffix for path in store.data_dir.rglob("blobs/*/*/*")] == [".cart"]


def test_only_what_has_its_digest_is_kept(store: Store, tmp_path: Path) -> None:
    digest = sha256_of(b"what it should be")
    (tmp_path / digest).write_bytes(b"what it is")
    [one], told = kept_artifacts(store, (_artifact(digest),), tmp_path)
    assert (one.is_kept, one.size_bytes) == (False, 1)
    assert told == ("The bytes of 1 artifact(s) were not kept: too large, or not to be read.",)
    assert not store.blobs.has(sha256_of(b"what it is"))


@pytest.mark.parametrize("digest", [None, "", "../../secret", "0" * 63, "/etc/passwd"])
def test_what_is_no_digest_is_no_file_name(store: Store, tmp_path: Path, digest: str | None) -> None:
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "secret").write_bytes(SECRET)
    [one], _ = kept_artifacts(store, (_artifact(digest),), tmp_path / "artifacts")
    assert not one.is_kept


def test_a_link_to_a_file_of_that_digest_is_not_followed(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "artifacts" / sha256_of(SECRET)).symlink_to(tmp_path / "secret")
    [one], _ = kept_artifacts(store, (_artifact(sha256_of(SECRET)),), tmp_path / "artifacts")
    assert not one.is_kept


def test_a_digest_of_another_sample_is_not_made_an_artifact(store: Store, tmp_path: Path) -> None:
    digest = store.blobs.put_hostile(SECRET)
    [one], _ = kept_artifacts(store, (_artifact(digest),), tmp_path)
    assert not one.is_kept


def test_large_ones_are_left_out(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leavings, "MAX_ARTIFACT_BYTES", 100)
    monkeypatch.setattr(leavings, "MAX_ARTIFACTS_BYTES", 250)
    contents = [bytes([n]) * size for n, size in enumerate((101, 100, 100, 51, 50))]
    for content in contents:
        (tmp_path / sha256_of(content)).write_bytes(content)
    artifacts, told = kept_artifacts(
        store, [_artifact(sha256_of(content), str(n)) for n, content in enumerate(contents)], tmp_path
    )
    assert [one.is_kept for one in artifacts] == [False, True, True, False, True]
    assert "2 artifact(s)" in told[0]

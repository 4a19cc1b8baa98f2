"""API keys in the store: digests only, found by the index, gone for all once revoked."""

from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model.key import Role
from fulgurite.model.usage import Allowance
from fulgurite.store import Store
from fulgurite.store.keys import digest_of
from tests.store.values import NOW

SECRET = "abcdefghijklmnopqrstuvwxyz012345"


def test_a_key_is_found_by_its_secret(store: Store) -> None:
    assert store.add_key(SECRET, "lab", Role.SUBMIT, NOW)
    key = store.key(SECRET)
    assert key is not None
    assert (key.name, key.role, key.prefix, key.created_at, key.revoked_at) == ("lab", Role.SUBMIT, "abcdef", NOW, None)
    assert store.listed_keys() == (key,)
    assert store.key(SECRET[:-1] + "6") is None


def test_the_secret_is_nowhere(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.add_key(SECRET, "lab", Role.SUBMIT, NOW)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []


def test_a_revoked_key_is_none_for_every_process(tmp_path: Path) -> None:
    with Store.open(tmp_path) as one, Store.open(tmp_path) as other:
        one.add_key(SECRET, "lab", Role.READ, NOW)
        assert other.key(SECRET) is not None
        assert other.revoke_key("lab", NOW)
        assert one.key(SECRET) is None
        assert not one.revoke_key("lab", NOW)
        [key] = one.listed_keys()
        assert key.revoked_at == NOW
    with Store.open(tmp_path) as store:
        assert store.key(SECRET) is None


def test_keys_in_force_have_names_of_their_own(store: Store) -> None:
    assert store.add_key(SECRET, "lab", Role.READ, NOW)
    assert not store.add_key("x" * 32, "lab", Role.READ, NOW)
    assert store.key("x" * 32) is None
    assert store.revoke_key(1, NOW)
    assert store.add_key("x" * 32, "lab", Role.READ, NOW)
    assert [(key.id, key.revoked_at is None) for key in store.listed_keys()] == [(1, False), (2, True)]


def test_a_change_is_known_to_every_process(tmp_path: Path) -> None:
    with Store.open(tmp_path) as one, Store.open(tmp_path) as other:
        one.add_key(SECRET, "lab", Role.READ, NOW, allowance=Allowance(per_minute=3))
        end = NOW + timedelta(days=1)
        changed = other.change_key(1, expires_at=end, allowance=Allowance(sandbox_api=2))
        assert changed == one.key(SECRET)
        assert changed is not None
        assert (changed.expires_at, changed.allowance) == (end, Allowance(sandbox_api=2))
        assert other.change_key(2, expires_at=None, allowance=Allowance()) is None
        assert one.revoke_key(1, NOW)
        assert other.change_key(1, expires_at=None, allowance=Allowance()) is None


@given(st.text())
def test_any_text_has_a_digest(text: str) -> None:
    assert len(digest_of(text)) == 32

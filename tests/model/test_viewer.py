"""Who sees what."""

from fulgurite.model.key import Key, Role
from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer, viewer_of
from tests.store.values import NOW


def key(role: Role) -> Key:
    return Key(id=7, name="x", role=role, prefix="abc", created_at=NOW)


def test_sees() -> None:
    viewers = (PUBLIC, Viewer(key_id=7), Viewer(key_id=8), EVERYTHING)
    assert [viewer.sees(None) for viewer in viewers] == [True] * 4
    assert [viewer.sees(7) for viewer in viewers] == [False, True, False, True]


def test_viewer_of_a_key() -> None:
    assert viewer_of(None) == PUBLIC
    assert viewer_of(key(Role.READ)) == viewer_of(key(Role.SUBMIT)) == Viewer(key_id=7)
    assert viewer_of(key(Role.ADMIN)) == EVERYTHING

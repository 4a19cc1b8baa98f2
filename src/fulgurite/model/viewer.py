"""Who looks: what a private submission shows depends on it."""

from fulgurite.model.base import Model
from fulgurite.model.key import Key, Role


class Viewer(Model, frozen=True, kw_only=True):
    """One who asks for what is kept. What is private to a key is seen by that key and by administrators alone."""

    key_id: int | None = None
    """The key that asks; None: nobody in particular, who sees what is public."""
    sees_all: bool = False
    """Whether nothing is hidden from this one."""

    def sees(self, private_to: int | None) -> bool:
        """Whether something private to the key `private_to` (None: public) may be shown to this one."""
        return private_to is None or self.sees_all or private_to == self.key_id


PUBLIC = Viewer()
"""Sees what everybody may see."""
EVERYTHING = Viewer(sees_all=True)
"""Sees all there is: administrators, and whoever works on the data directory itself."""


def viewer_of(key: Key | None) -> Viewer:
    """The viewer that the holder of `key` is."""
    if key is None:
        return PUBLIC
    return EVERYTHING if key.role is Role.ADMIN else Viewer(key_id=key.id)

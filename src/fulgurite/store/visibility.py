"""What a viewer may see, as a condition of SQL: the one place where privacy is spelt for the database.

Submissions, tasks, reports and visits have a column `private_to`: the key that alone (with administrators) may see the
row, or NULL. The LMDB index has public rows only, and a mark at the hashes of files that have others; such lookups are
answered from the database, by these conditions.
"""

from fulgurite.model.viewer import Viewer

SEEN = "(private_to IS NULL OR private_to = ? OR ?)"
"""Holds for the rows that a viewer sees; takes the two values of `seen_by`."""


def seen_by(viewer: Viewer) -> tuple[int | None, int]:
    """The parameters of SEEN."""
    return viewer.key_id, int(viewer.sees_all)

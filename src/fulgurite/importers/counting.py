"""The count that an import keeps while it reads: what it carries, what it leaves, what it could not read."""

from fulgurite.model.tally import MAX_KINDS, OTHER_KINDS, Tally

MAX_REASONS = 20


class Count:
    """Counts the items of one original. Kinds come from hostile text and are bounded."""

    def __init__(self) -> None:
        self.carried = 0
        self.reasons: list[str] = []
        """What could not be read, one plain sentence each."""
        self._left: dict[str, int] = {}
        self._unreadable: dict[str, int] = {}

    def carry(self, items: int = 1) -> None:
        """`items` stand in the report."""
        self.carried += items

    def leave(self, kind: str, items: int = 1) -> None:
        """`items` of `kind` stand in the original alone."""
        if items == 0:
            return
        if kind not in self._left and len(self._left) >= MAX_KINDS:
            kind = OTHER_KINDS
        self._left[kind] = self._left.get(kind, 0) + items

    def unreadable(self, name: str, items: int = 1) -> None:
        """`items` of the section `name` are not of the shape that the format gives them."""
        if items == 0:
            return
        self._unreadable[name] = self._unreadable.get(name, 0) + items

    def faults(self) -> tuple[str, ...]:
        """What could not be read, one plain sentence each."""
        told = [
            f"{items:,} of {name} not of the format's shape: kept only in the original"
            for name, items in sorted(self._unreadable.items())
        ]
        return tuple([*self.reasons, *told][:MAX_REASONS])

    def tally(self) -> Tally:
        """The count as the report keeps it."""
        left = dict(self._left)
        for name, items in self._unreadable.items():
            kind = f"unreadable {name}"
            left[kind] = left.get(kind, 0) + items
        return Tally(items=self.carried + sum(left.values()), carried=self.carried, left=left)

"""What an import carried over, and what stands only in the original."""

import msgspec

from fulgurite.model.base import Model

MAX_KINDS = 200
"""Kinds that are told apart in `Tally.left`; what is beyond is counted under OTHER_KINDS."""
OTHER_KINDS = "others"


class Tally(Model, frozen=True, kw_only=True):
    """The import's own record.

    An item is one thing that the original tells: a process, a call, a flow, a signature, an entry of a list, a section
    that nothing here knows.
    """

    items: int = 0
    """Items in the original."""
    carried: int = 0
    """Items that stand in the report; several may stand in one event with a count."""
    left: dict[str, int] = msgspec.field(default_factory=dict)
    """Items that stand only in the original, by kind: an API's name (`api NtClose`) or a section's (`strings`)."""

    def told(self) -> str:
        """One sentence: `carried 12,311 of 12,480 items; 169 of kinds a, b kept only in the original`."""
        line = f"carried {self.carried:,} of {self.items:,} items"
        rest = sum(self.left.values())
        if rest == 0:
            return line
        kinds = sorted(self.left, key=lambda kind: (-self.left[kind], kind))
        return f"{line}; {rest:,} of kinds {', '.join(kinds)} kept only in the original"

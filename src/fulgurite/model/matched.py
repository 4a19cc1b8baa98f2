"""With which rules a report was matched, and what they came to."""

from fulgurite.model.base import Model


class Matched(Model, frozen=True, kw_only=True):
    """The statement of our rules on a report, its own or another sandbox's."""

    version: str
    """Of the Fulgurite that matched."""
    digest: str
    """SHA-256 of all the rules, in lower-case hex; two reports with the same were matched by the same rules."""
    count: int
    """How many rules that were."""
    score: int | None = None
    """1-10; None when our rules make no statement."""
    is_score_ours: bool = True
    """Whether the report's score is ours; False where it is that of another sandbox."""
    reasons: tuple[str, ...] = ()
    """Why the score is what it is, the gravest first; each one plain sentence."""

"""The v4 body of MetaDefender Cloud's sandbox lookup, in all states of an analysis."""

from fulgurite.exports.v4.body import body
from fulgurite.exports.v4.states import failed, in_progress

__all__ = ["body", "failed", "in_progress"]

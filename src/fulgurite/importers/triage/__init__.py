"""Reports of Hatching Triage."""

from fulgurite.importers.triage.formats import Triage

__all__ = ["Triage"]

"""Analyses in several files, joined: the report of a sandbox, and the log of events that lies beside it."""

from fulgurite.importers.joined.formats import JOINED, Joined

__all__ = ["JOINED", "Joined"]

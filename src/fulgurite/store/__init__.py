"""What is kept: SQLite is the record of truth, LMDB the index derived from it, files by digest the bytes."""

from fulgurite.store.store import Store

__all__ = ["Store"]

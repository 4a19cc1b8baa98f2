"""Calls of one process as a source logs them, and what they become."""

from typing import Any

from fulgurite.importers.calls import Call
from fulgurite.importers.calls.call import Made, Program
from fulgurite.importers.calls.table import row_of

PROCIDS = {100: 1, 200: 2}
"""Pid to procid of the processes that are known."""


def program() -> Program:
    """The process with pid 100."""
    return Program(1, 100, PROCIDS.get)


def call(api: str, *, by: Program | None = None, ok: bool = True, returned: Any = None, **args: Any) -> Call:
    """One call of `api`."""
    return Call(api, args, by if by is not None else program(), ok=ok, returned=returned)


def made(api: str, *, by: Program | None = None, ok: bool = True, returned: Any = None, **args: Any) -> Made:
    """What a call of `api` becomes."""
    return row_of(api)(call(api, by=by, ok=ok, returned=returned, **args))

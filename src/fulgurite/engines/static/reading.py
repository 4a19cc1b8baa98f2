"""Starts the child that reads a file, and takes no more from it than it may give.

The parser gets hostile bytes, so it runs in a process of its own: with limits on memory, CPU time and what it says,
without network, and killed when it takes too long. However it ends, the caller gets facts or None.
"""

import subprocess
import sys

import msgspec

from fulgurite.engines.isolation import FIXED_ENVIRONMENT
from fulgurite.errors import EngineError

MAX_SAMPLE_BYTES = 128 << 20
"""Of larger files nothing is read."""
PATIENCE_S = 30.0
"""How long the child may take, its start included. Its own limit on CPU time is lower."""
MAX_FACTS_BYTES = 4 << 20
"""What the child may say."""


def pe_facts(data: bytes, *, patience_s: float = PATIENCE_S) -> bytes | None:
    """The facts of a Windows program as JSON; None when `data` is none, or cannot be read within the limits.

    Blocks. Raises EngineError when the child could not be started.
    """
    if len(data) > MAX_SAMPLE_BYTES:
        return None
    try:
        ended = subprocess.run(
            [sys.executable, "-I", "-m", "fulgurite.engines.static.child"],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=FIXED_ENVIRONMENT,
            start_new_session=True,
            timeout=patience_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    except OSError as error:
        raise EngineError(f"the process that reads a file could not be started: {error}") from error
    if ended.returncode != 0 or not 0 < len(ended.stdout) <= MAX_FACTS_BYTES:
        return None
    return ended.stdout if _is_object(ended.stdout) else None


def _is_object(said: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(said), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False

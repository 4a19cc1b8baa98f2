"""Engines: they run samples in isolation and write what they did.

`available()` gives those that can work on this machine, the preferred first.
"""

from fulgurite.engines.base import Engine
from fulgurite.engines.emulator.engine import Emulator


def available() -> tuple[Engine, ...]:
    """The engines of this machine, each new and owned by the caller; asked in this order."""
    return (Emulator(),)

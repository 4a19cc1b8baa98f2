"""What one run of the emulator is asked to do."""

import msgspec

from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one run may use."""

    seconds: float
    """Host seconds for emulation, loading included; past them the run ends by itself as partial."""
    grace_s: float = 10.0
    """Host seconds past `seconds` after which the child is killed: loading a large image cannot be interrupted."""
    memory_bytes: int = 3 << 30
    """Address space of the child."""
    log_bytes: int = 192 << 20
    """Size of the run log; the longest real reports known have under 80 MB."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One run, as it goes from the engine over the warm parent to the child."""

    folder: str
    """Absolute path of the run's own folder."""
    limits: Limits
    engine: str
    engine_version: str
    sample: Sample
    options: RunOptions

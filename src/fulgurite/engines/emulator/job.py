"""What one run of the emulator is asked to do."""

import msgspec

from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One run, as it goes from the engine over the warm parent to the child."""

    folder: str
    """Absolute path of the run's own folder."""
    seconds: float
    """Host seconds for emulation, loading included."""
    engine: str
    engine_version: str
    sample: Sample
    options: RunOptions

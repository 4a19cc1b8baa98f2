"""What an engine is, and what a run of it leaves."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from fulgurite.model.base import Model
from fulgurite.model.sample import Sample
from fulgurite.model.task import RunOptions


class RunOutput(Model, frozen=True, kw_only=True):
    """What is left when a run has ended, however it ended."""

    log: Path
    """The run log (see model/runlog.py); always there, perhaps with its Header only."""
    artifacts: Path
    """Folder of the artifacts' bytes, each file named by its SHA-256."""
    end_reason: str | None = None
    """Why the run did not come to its own end (killed, crashed, over a limit); None when it did."""


class Engine(Protocol):
    """Runs samples in isolation and writes what they did. Produces raw output only; an importer reads it."""

    name: str
    version: str

    def refusal(self, data: bytes, options: RunOptions) -> str | None:
        """Why this engine cannot run `data` (one plain sentence), or None when it can. Reads headers only."""
        ...

    def run(
        self, data: bytes, sample: Sample, options: RunOptions, folder: Path, progress: Callable[[int], None]
    ) -> RunOutput:
        """Runs `data` in a child process below `folder`, which is empty and private to this run.

        Returns however the run ends: within the profile's wall-clock limit plus a fixed grace, with no process left
        behind. Calls `progress` with 1-99, never falling. Raises EngineError only when the run could not be started.
        """
        ...

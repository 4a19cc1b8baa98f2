"""What several commands share: options, the data directory, its settings and its store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from fulgurite import config, server
from fulgurite.cli.exits import Failure
from fulgurite.config import Settings
from fulgurite.service.importing import Bounds

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Where everything is kept; without it $FULGURITE_DATA, else the user's own data folder.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line, for machines.")]


class Place:
    """One data directory, and the settings that hold for it."""

    def __init__(self, data: Path | None, **given: object) -> None:
        """`given` are settings from the command line; None is not given. Raises InputError for a bad setting."""
        self.directory = config.data_dir(data)
        if self.directory.exists() and not self.directory.is_dir():
            raise Failure(f"{self.directory}: not a directory; name another one with --data")
        self.settings: Settings = config.load(self.directory, os.environ, **given)

    @property
    def rule_folders(self) -> tuple[str, ...]:
        """The operator's folders of rules."""
        return config.rule_folders(self.settings, self.directory)

    @property
    def bounds(self) -> Bounds:
        """What reading one report may cost."""
        return Bounds(
            memory_bytes=self.settings.import_memory_bytes,
            seconds=self.settings.import_seconds,
            rule_folders=self.rule_folders,
        )

    def assert_exists(self) -> None:
        """Raises Failure when nothing is kept there yet."""
        if not self.directory.exists():
            raise Failure(f"{self.directory}: nothing is kept there yet; name the data directory with --data")

    @contextmanager
    def store(self, *, must_exist: bool = False) -> Iterator[server.Store]:
        """The opened store; made when it is not there, unless it `must_exist`."""
        if must_exist:
            self.assert_exists()
        with server.Store.open(self.directory) as store:
            yield store

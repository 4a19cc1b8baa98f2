"""What all tests share: how hypothesis searches, and the command as a function."""

import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import settings

# No time is asserted in a test; in CI the same examples every time.
settings.register_profile("fulgurite", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("fulgurite")

# A shell that starts the tests in the background has them ignore Ctrl-C, and with them every process that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Ended(NamedTuple):
    """How the command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Command:
    """Runs the command in this process with the arguments given. Nothing of the environment reaches it."""
    run = importlib.import_module("fulgurite.cli.main").run
    for name in [name for name in os.environ if name.startswith("FULGURITE_")]:
        monkeypatch.delenv(name)

    def ended(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["fulgurite", *map(str, arguments)])
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as end:
            run()
        out, err = capsysbinary.readouterr()
        return Ended(int(end.value.code or 0), out.decode(), err.decode())

    return ended

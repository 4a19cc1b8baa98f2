"""The exit codes of the command. Scripts build on them: numbers are never reused."""

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended; with several inputs the highest of theirs."""

    OK = 0
    ERROR = 1
    """Something went wrong: a file that cannot be read, a failed run, a refused report."""
    USAGE = 2
    """The call itself is wrong: unknown option, bad value, a text that is no hash."""
    NOT_FOUND = 3
    """No analysis of at least one hash."""
    VERDICT = 4
    """`--fail-on`: a verdict at least that bad."""
    AUTHENTICATION = 5
    """A key was refused."""
    QUOTA = 6
    """A quota is used up."""
    TIMEOUT = 7
    """The wait was over before the analysis was."""
    INTERRUPTED = 130
    """Ctrl-C."""


class Failure(Exception):
    """Ends the command with a line on standard error and `code`."""

    def __init__(self, message: str, code: Exit = Exit.ERROR) -> None:
        super().__init__(message)
        self.code = code

"""Logs on standard error: a line each, hostile text made safe."""

import logging

from fulgurite.cli.terminal import safe


class SafeFormatter(logging.Formatter):
    """Writes what a terminal would act on as escapes; the lines of a traceback stay lines."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return "\n".join(safe(line) for line in super().format(record).split("\n"))


def start() -> None:
    """Sends the logs of this process to standard error, from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(SafeFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])

"""Logs on standard error: a line each, hostile text made safe."""

import json
import logging
from datetime import UTC, datetime

from fulgurite.cli.terminal import safe


class SafeFormatter(logging.Formatter):
    """Writes what a terminal would act on as escapes; the lines of a traceback stay lines."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return "\n".join(safe(line) for line in super().format(record).split("\n"))


class JsonFormatter(logging.Formatter):
    """Writes a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"at": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told)


def use(form: str) -> None:
    """Writes the logs of this process as `text` or `json`."""
    if form == "json":
        for handler in logging.getLogger().handlers:
            handler.setFormatter(JsonFormatter())


def start() -> None:
    """Sends the logs of this process to standard error, from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(SafeFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])

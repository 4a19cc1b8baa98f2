"""Files that the caller names: read with their limits, faults told in one line."""

from pathlib import Path

from fulgurite.cli.exits import Failure


def content(path: Path, limit_bytes: int) -> bytes:
    """The bytes of `path`. Raises Failure when it cannot be read, is no file, or is over `limit_bytes`."""
    try:
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    if len(data) > limit_bytes:
        raise Failure(f"{path}: over {limit_bytes} bytes; the setting max_upload_bytes allows more")
    return data

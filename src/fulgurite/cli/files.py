"""Files that the caller names: read with their limits, faults told in one line."""

from collections.abc import Iterable, Iterator
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


def below(paths: Iterable[Path]) -> Iterator[Path]:
    """Each of `paths`; for a folder all files below it instead, in the order of their names."""
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.is_file())
        else:
            yield path

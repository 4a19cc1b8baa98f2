"""Starts the child that asks the extractors, and makes settings of what it says."""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from fulgurite.engines.extraction.found import Given, Told
from fulgurite.engines.isolation import FIXED_ENVIRONMENT
from fulgurite.errors import EngineError
from fulgurite.model.config import MalwareConfig
from fulgurite.model.nesting import nests_too_deep

PATIENCE_S = 90.0
"""How long the child may take, its start included."""
MAX_PIECE_BYTES = 64 << 20
MAX_ALL_BYTES = 256 << 20
"""Pieces of bytes that are looked at of one analysis."""
MAX_SAID_BYTES = 16 << 20
MAX_CONFIGS = 200
_MAX_FAULTS = 20
_MAX_FAULT = 300


class Piece(NamedTuple):
    """A piece of bytes."""

    name: str
    """Artifact.name; empty for the sample itself."""
    data: bytes


class Extracted(NamedTuple):
    """What extractors found."""

    configs: tuple[MalwareConfig, ...] = ()
    faults: tuple[str, ...] = ()
    """What did not work, each one plain sentence."""


def extracted(folders: Sequence[Path], pieces: Iterable[Piece], *, patience_s: float = PATIENCE_S) -> Extracted:
    """What the extractors in `folders` take out of `pieces`. Blocks.

    However the child ends, what it said until then counts. Raises EngineError when it could not be started.
    """
    if not any(True for folder in folders for _ in folder.rglob("*.py")):
        return Extracted()
    given, faults = _given(pieces)
    command = [sys.executable, "-I", "-m", "fulgurite.engines.extraction.child", *map(str, folders)]
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=FIXED_ENVIRONMENT,
            start_new_session=True,
        ) as child:
            said, end = _said(child, msgspec.msgpack.encode(given), patience_s)
    except OSError as error:
        raise EngineError(f"the process that asks extractors could not be started: {error}") from error
    return _made(said, [*faults, *([] if end is None else [end])])


def _given(pieces: Iterable[Piece]) -> tuple[list[Given], list[str]]:
    given: list[Given] = []
    left_out = 0
    room = MAX_ALL_BYTES
    for piece in pieces:
        if len(piece.data) > min(MAX_PIECE_BYTES, room):
            left_out += 1
            continue
        room -= len(piece.data)
        given.append(Given(piece.name, piece.data))
    return given, [f"Extractors did not look at {left_out} piece(s) of bytes: too large."] if left_out else []


def _said(child: "subprocess.Popen[bytes]", given: bytes, patience_s: float) -> tuple[bytes, str | None]:
    try:
        said, _ = child.communicate(given, timeout=patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        said, _ = child.communicate()
        return said, f"Extractors were ended after {patience_s:g} s; what they found until then is here."
    return said, None if child.returncode == 0 else "Extractors ended early; what they found until then is here."


def _made(said: bytes, faults: list[str]) -> Extracted:
    configs: list[MalwareConfig] = []
    broken: list[str] = []
    for line in said[:MAX_SAID_BYTES].splitlines():
        told = _line(line)
        if told is None or (told.values is not None and nests_too_deep(told.values)):
            continue
        if told.values is None:
            who = f"Extractor {told.extractor} on {told.piece or 'the sample'}" if told.extractor else "Extractors"
            broken.append(f"{who}: {told.fault}"[:_MAX_FAULT])
        elif len(configs) < MAX_CONFIGS:
            configs.append(_config(told))
    rest = len(broken) - _MAX_FAULTS
    more = (f"And {rest} faults of extractors more.",) if rest > 0 else ()
    return Extracted(tuple(configs), (*faults, *broken[:_MAX_FAULTS], *more))


def _line(line: bytes) -> Told | None:
    try:
        return msgspec.json.decode(line, type=Told)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _config(told: Told) -> MalwareConfig:
    values = dict(told.values or {})
    family = values.pop("family", None)
    names = family if isinstance(family, list) else [family]
    first = next((str(name) for name in names if name), None)
    servers = list(dict.fromkeys(_servers(values)))
    return MalwareConfig(
        family=first,
        rule=told.extractor,
        found_in=told.piece or "sample",
        values={
            **({"families": names} if len(names) > 1 else {}),
            **({"c2": servers} if servers else {}),
            **values,
        },
    )


def _servers(values: dict[str, Any]) -> Iterator[str]:
    """The servers of command and control among maco's connections, under the name that reports have for them: c2."""
    for kind in ("http", "tcp", "udp"):
        told = values.get(kind)
        for one in told if isinstance(told, list) else ():
            if not isinstance(one, dict) or one.get("usage") != "c2":
                continue
            name = one.get("uri") or one.get("server_domain") or one.get("server_ip") or one.get("hostname")
            port = None if one.get("uri") else one.get("server_port", one.get("port"))
            if isinstance(name, str):
                yield name if port is None else f"{name}:{port}"

"""No argument makes a hook of files, objects or the registry fail in an unforeseen way."""

import random
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from fulgurite.engines.emulator.call import Hook
from fulgurite.engines.emulator.hooks import (
    atoms,
    crt_fds,
    crt_locale,
    crt_names,
    crt_positions,
    crt_print,
    crt_streams,
    file_changes,
    file_facts,
    file_find,
    file_io,
    file_open,
    file_places,
    handles,
    ini_files,
    pipes,
    reg_keys,
    reg_native,
    reg_values,
    sections,
    shell_files,
    sync,
    volumes,
)
from tests.engines.emulator.workshop import Workshop

MODULES = (
    atoms, crt_fds, crt_locale, crt_names, crt_positions, crt_print, crt_streams, file_changes, file_facts, file_find,
    file_io, file_open, file_places, handles, ini_files, pipes, reg_keys, reg_native, reg_values, sections,
    shell_files, sync, volumes,
)  # fmt: skip
ROWS: list[Hook] = [hook for module in MODULES for hook in module.HOOKS]
TEXTS = ("C:\\Users\\Public\\a.txt", "*", "w+b", "%s%d%n%S%*.*f%ll", "\\\\.\\pipe\\x", "Software\\X", "Local\\Name", "")
NUMBERS = (0, 1, 2, 3, 4, 5, 37, 0x7FFFFFFF, 0x80000000, 0x80000002, 0xFFFFFFFF, (1 << 63), (1 << 64) - 1)


def _arguments(desk: Workshop, rng: random.Random) -> Iterator[int]:
    addresses = [desk.text(text) for text in TEXTS] + [desk.wide(text) for text in TEXTS]
    addresses += [desk.name("\\??\\C:\\Users\\Public\\n.txt"), desk.name("\\Registry\\User\\.DEFAULT\\X")]
    addresses.append(desk.put(struct.pack("<QQ", 0xDEAD0000, 0) * 200))
    addresses.append(desk.put(rng.randbytes(4096)))
    while True:
        match rng.randrange(5):
            case 0:
                yield rng.choice(NUMBERS)
            case 1:
                yield rng.choice(list(desk.guest.handles) or [0])
            case 2:
                yield rng.getrandbits(64)
            case 3:
                yield rng.randrange(300)
            case _:
                yield rng.choice(addresses)


@pytest.mark.parametrize(("seed", "bits"), [(1, 64), (2, 64), (3, 32)])
def test_every_row_answers_whatever_it_is_given(tmp_path: Path, seed: int, bits: int) -> None:
    desk, rng = Workshop(tmp_path, bits), random.Random(seed)  # noqa: S311 - no secret
    arguments = _arguments(desk, rng)
    mask = (1 << bits) - 1
    for _ in range(12):
        rng.shuffle(ROWS)
        for hook in ROWS:
            name = rng.choice(hook.names)
            given = [next(arguments) & mask for _ in range(hook.argc)]
            answer = hook.function(desk.call(name, *given))
            assert answer is None or isinstance(answer, int), (name, given)

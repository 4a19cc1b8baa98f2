"""Bombs are refused before they take memory; many reports out of one archive take little: measured in a child."""

import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from fulgurite.importers.packed import container
from tests.importers.packed.made import sevened, tarred, zipped

_CHILD = """
import resource, sys
from fulgurite import importers
from fulgurite.errors import InputError
inputs = [open(path, "rb").read() for path in sys.argv[1:]]
list(importers.documents(b"{}"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for data in inputs:
    seen, said = 0, ""
    try:
        for document in importers.documents(data):
            seen += 1
    except InputError as error:
        said = str(error)
    print(seen, said, sep="|")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
_MOST_KB = 64 << 10


def _taken(tmp_path: Path, *inputs: bytes) -> tuple[int, list[tuple[int, str]]]:
    """Kilobytes that going through `inputs` took at most; documents seen of each, and what was said."""
    paths = [tmp_path / str(number) for number in range(len(inputs))]
    for path, data in zip(paths, inputs, strict=True):
        path.write_bytes(data)
    command = [sys.executable, "-c", _CHILD, *map(str, paths)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    seen = [line.split("|", 1) for line in told[:-1]]
    return int(told[-1]), [(int(number), said) for number, said in seen]


def _gzipped(piece: bytes, times: int) -> bytes:
    packer = zlib.compressobj(6, wbits=31)
    return b"".join([*(packer.compress(piece) for _ in range(times)), packer.flush()])


def _bombs() -> list[tuple[str, bytes]]:
    zeros = bytes(1 << 20)
    inner = zipped({"a.json": zeros * 60})
    return [
        ("gzip of 200 MB", _gzipped(zeros, 200)),
        ("tar.gz of 10^6 members", _gzipped(tarred({"a.json": b""})[:512] * 1000, 1000)),
        ("tar of 100,001 members", tarred({"a.json": b""})[:512] * 100_001),
        ("zip of 60 MB", inner),
        ("zips in zips", zipped({f"{number}.zip": inner for number in range(20)})),
        ("zip of 100,001 members", b"PK\x05\x06" + b"PK\x01\x02" * 100_001),
        ("7z of 60 MB", sevened({"a.json": zeros * 60})),
    ]


def test_bombs_are_refused_in_little_memory(tmp_path: Path) -> None:
    bombs = dict(_bombs())
    kilobytes, told = _taken(tmp_path, *bombs.values())
    assert [(seen, said != "") for seen, said in told] == [(0, True)] * len(bombs), list(zip(bombs, told, strict=True))
    assert kilobytes < _MOST_KB


@pytest.mark.parametrize("pack", [sevened, lambda files: zlib_tar(tarred(files)), zipped], ids=["7z", "tar.gz", "zip"])
def test_many_reports_come_out_one_by_one(pack: object, tmp_path: Path) -> None:
    line = b'{"pc": "0x%06x", "api_name": "kernel32.CreateFileW", "args": ["C:\\\\Windows\\\\%d"], "ret_val": "0x%x"}'
    reports = {
        f"{number:064x}.json": b'[{"apis": [' + b", ".join(line % (i * number, i, i * 7) for i in range(1000)) + b"]}]"
        for number in range(1, 301)
    }
    data = pack(reports)  # type: ignore[operator]
    whole = sum(map(len, reports.values()))
    kilobytes, told = _taken(tmp_path, data)
    assert told == [(300, "")]
    assert kilobytes < whole >> 10


def zlib_tar(data: bytes) -> bytes:
    return _gzipped(data, 1)


def test_a_container_of_parts_is_not_taken_apart_twice(tmp_path: Path) -> None:
    data = container.joined([("logs/summary.json", b"{}" * 1_000_000)])
    assert _taken(tmp_path, data)[0] < _MOST_KB

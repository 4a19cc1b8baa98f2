"""What real reports take on disk: `python -m bench.storage [FOLDER]`. See bench/README.md."""

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from backports import zstd

from fulgurite.store import Store, records
from fulgurite.store.records import Kind
from fulgurite.store.reports import row_of

ROOT = Path(__file__).resolve().parents[2]
CORPORA = ROOT.parent / "shared/corpora"
DICTIONARY_BYTES = 112 << 10
TRAINED_ON = 2
"""Every second report trains the dictionary; the others are measured with it."""
SMALL_BYTES = 64 << 10


def _import(folder: Path, data: Path) -> None:
    command = [sys.executable, "-m", "fulgurite", "import", "--json", "--data", str(data), str(folder)]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def _on_disk(folder: Path) -> int:
    """Bytes of blocks below `folder`."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*"))


def _gzip(data: bytes) -> int:
    return len(gzip.compress(data, 6, mtime=0))


def _measured(data: Path) -> dict[str, object]:
    raw: Counter[str] = Counter()
    gzipped: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    natives: list[bytes] = []
    originals: dict[str, bytes] = {}
    with Store.open(data) as store:
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = [row_of(row) for row in store.database.rows("SELECT * FROM reports ORDER BY seq")]
        for row in rows:
            contents = {
                Kind.NATIVE.name: store.native(row),
                Kind.BODY.name: store.packing.body_content(row),
            }
            natives.append(contents[Kind.NATIVE.name])
            if row.original_sha256 not in originals:
                originals[row.original_sha256] = contents[Kind.ORIGINAL.name] = store.original(row)
                kept[Kind.ORIGINAL.name] += 0 if row.original_at is None else store.packs.size(row.original_at)
            for name, content in contents.items():
                raw[name] += len(content)
                gzipped[name] += _gzip(content)
            for kind, place in ((Kind.NATIVE, row.native_at), (Kind.BODY, row.body_at)):
                kept[kind.name] += 0 if place is None else store.packs.size(place)
        index_bytes = (data / "index.lmdb" / "data.mdb").stat().st_size
    # A WAL is cut off where the last process closes the database.
    everything = sum(_on_disk(data / name) for name in ("packs", "blobs")) + _files_on_disk(data)
    return {
        "bench": "storage",
        "analyses": len(rows),
        "share": round((_on_disk(data / "packs") + _on_disk(data / "blobs")) / gzipped.total(), 3),
        "share_with_database": round(everything / gzipped.total(), 3),
        "share_bodies": round(kept[Kind.BODY.name] / gzipped[Kind.BODY.name], 3),
        "bytes_per_analysis": everything // max(1, len(rows)),
        "index_bytes": index_bytes,
        "raw": dict(raw),
        "gzip_6": dict(gzipped),
        "kept": dict(kept),
        "dictionary": _with_dictionary(natives, list(originals.values())),
    }


def _files_on_disk(data: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in (data / "fulgurite.db", data / "index.lmdb" / "data.mdb"))


def _with_dictionary(natives: Sequence[bytes], originals: Sequence[bytes]) -> dict[str, object]:
    """What a trained dictionary would bring for originals that it was not trained on."""
    small = [data for data in originals if len(data) <= SMALL_BYTES]
    trained, measured = small[::TRAINED_ON], small[1::TRAINED_ON]
    trained += [data for data in natives if len(data) <= SMALL_BYTES][::TRAINED_ON]
    if len(measured) == 0:
        return {}
    dictionary = zstd.train_dict(trained, DICTIONARY_BYTES)
    plain = sum(len(records.original_record(data).payload) for data in measured)
    with_it = sum(len(zstd.compress(data, 9, zstd_dict=dictionary)) for data in measured)
    share = sum(len(records.original_record(data).payload) for data in small) / sum(
        len(records.original_record(data).payload) for data in originals
    )
    return {
        "originals_up_to_64_KB": len(small),
        "share_of_kept_originals": round(share, 3),
        "ratio": round(with_it / plain, 3),
    }


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=CORPORA)
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        print(json.dumps({"bench": "storage", "skipped": f"{arguments.folder} is not there; name a folder of reports"}))
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        _import(arguments.folder, data)
        print(json.dumps(_measured(data)))


if __name__ == "__main__":
    _main()

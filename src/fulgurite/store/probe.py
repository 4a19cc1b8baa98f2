"""Whether the index can be read at all: a process of its own walks through it, since LMDB trusts its pages.

A page that is damaged may end the process that reads it, by an error, an assertion or a signal. That must not be the
one that is to repair it. Run as `python -m fulgurite.store.probe FOLDER`.
"""

import signal
import subprocess
import sys
from pathlib import Path

from fulgurite.errors import StoreError
from fulgurite.store.index import Index

_SOUND = "sound"


def problem_with(folder: Path) -> str | None:
    """What is wrong with the index in `folder`, so that it cannot be read; None when it can, or is not there."""
    if not (folder / "data.mdb").exists():
        return None
    command = [sys.executable, "-I", "-m", "fulgurite.store.probe", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout.strip()
    if done.returncode < 0:
        return f"reading it ends the process ({signal.Signals(-done.returncode).name})"
    return None if said == _SOUND else said or f"reading it fails (status {done.returncode})"


def walk(folder: Path) -> str:
    """Reads every entry of the index; returns _SOUND, or what is wrong."""
    try:
        index = Index(folder)
        index.store_id()
        for size in index.hashes:
            for _ in index.all_hashes(size):
                pass
        for _ in index.all_ids():
            pass
        for _ in index.all_keys():
            pass
    except StoreError as error:
        return str(error)
    return _SOUND


if __name__ == "__main__":
    sys.stdout.write(walk(Path(sys.argv[1])))

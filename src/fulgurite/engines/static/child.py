"""The child: reads a file from standard input, says its facts on standard output, gives up all else before.

Run as `python -I -m fulgurite.engines.static.child`. Ends with status 1 and says nothing when there are no facts.
"""

import sys
import tempfile
from pathlib import Path

import msgspec

from fulgurite.engines.isolation import confine, die_with_parent, limit
from fulgurite.engines.static.pe import pe_facts

MEMORY_BYTES = 2 << 30
CPU_S = 20
FILE_BYTES = 8 << 20
"""The most that may be written to any file, standard output included."""


def main() -> int:
    """Reads and tells; returns the exit status."""
    die_with_parent()
    data = sys.stdin.buffer.read()
    with tempfile.TemporaryDirectory(prefix="fulgurite-static-") as folder:
        limit(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S, file_bytes=FILE_BYTES)
        confine(Path(folder))
        facts = pe_facts(data)
        if facts is None:
            return 1
        sys.stdout.buffer.write(msgspec.json.encode(facts))
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

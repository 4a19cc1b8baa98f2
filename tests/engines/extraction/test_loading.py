"""Extractors out of folders: each class once, files beside each other, what does not load."""

import subprocess
import sys
from pathlib import Path

from fulgurite.engines.extraction.loading import attempted

EXTRACTOR = """
from maco import extractor
from beside import FAMILY

class {name}(extractor.Extractor):
    family = FAMILY
    author = "ann@example.test"
    last_modified = "2026-01-01"
"""

SHOWN = """
import sys
from pathlib import Path
from fulgurite.engines.extraction.loading import loaded
found = loaded([Path(sys.argv[1])])
print([(type(one).__name__, one.family) for one in found.extractors], found.faults, flush=True)
import os
os._exit(0)
"""


def test_classes_of_the_interface_are_made_with_what_lies_beside(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("FAMILY = 'one'")
    (tmp_path / "a.py").write_text(EXTRACTOR.format(name="A"))
    (tmp_path / "_hidden.py").write_text(EXTRACTOR.format(name="Hidden"))
    # In a process of its own, which ends with the thread that YARA's scanners belong to.
    said = subprocess.run([sys.executable, "-c", SHOWN, str(tmp_path)], capture_output=True, text=True, check=True)
    assert said.stdout == "[('A', 'one')] ()\n"


def test_what_raises_is_told_in_words() -> None:
    assert attempted(lambda: 7) == (7, None)
    assert attempted(lambda: 1 // 0) == (None, "ZeroDivisionError: integer division or modulo by zero")

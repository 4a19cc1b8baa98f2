"""The client as a package."""

import re
import subprocess
import sys
from pathlib import Path

import fulgurite.client
from fulgurite.client import Client

ROOT = Path(__file__).parent.parent.parent


def test_what_it_offers_is_sorted_and_there() -> None:
    offered = fulgurite.client.__all__
    assert offered == sorted(offered)
    assert all(hasattr(fulgurite.client, name) for name in offered)


def test_it_loads_nothing_of_the_server() -> None:
    code = "import sys, fulgurite.client; print(*sorted(n for n in sys.modules if n.startswith('fulgurite')))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    others = [n for n in run.stdout.split() if not n.startswith("fulgurite.client")]
    assert others == ["fulgurite", "fulgurite.errors"]


def test_the_page_names_every_call() -> None:
    page = (ROOT / "docs" / "client.md").read_text()
    named = set(re.findall(r"^\| `(\w+)\(", page, re.MULTILINE))
    assert named == {n for n in vars(Client) if not n.startswith("_")} - {"close"}

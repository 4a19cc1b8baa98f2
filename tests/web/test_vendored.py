"""What of npm's is kept here: unchanged, as package.json and package-lock.json say; `scripts/vendor` takes it anew."""

import json
from base64 import b64encode
from hashlib import sha384
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src/fulgurite/web/static/vendor", "tests/browser/vendor")


def _read(name: str) -> Any:
    return json.loads((ROOT / name).read_text())


VENDORED: dict[str, dict[str, str]] = _read("scripts/vendored.json")


@pytest.mark.parametrize("path", VENDORED)
def test_a_file_is_as_it_was_taken_from_the_locked_package(path: str) -> None:
    said = VENDORED[path]
    locked = _read("package-lock.json")["packages"][f"node_modules/{said['package']}"]
    assert (said["version"], said["package_integrity"]) == (locked["version"], locked["integrity"])
    assert said["integrity"] == f"sha384-{b64encode(sha384((ROOT / path).read_bytes()).digest()).decode()}"


def test_it_is_what_package_json_names() -> None:
    package = _read("package.json")
    named = {target: source for source, target in package["vendored"].items()}
    assert {path: f"node_modules/{said['package']}/{said['path']}" for path, said in VENDORED.items()} == named
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert {said["package"]: said["version"] for said in VENDORED.values()} == versions


def test_nothing_else_is_kept_among_it() -> None:
    there = {str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).iterdir()}
    assert there == set(VENDORED)


def test_every_package_has_its_licence_beside_it() -> None:
    with_licence = {said["package"] for said in VENDORED.values() if said["path"].startswith("LICEN")}
    assert with_licence == {said["package"] for said in VENDORED.values()}

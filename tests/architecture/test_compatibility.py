"""docs/compatibility.md says of each endpoint what is so, and of the SDK's methods which are tried."""

import inspect
import re
from pathlib import Path

import mcl_platform_sdk
import pytest

from fulgurite.api.routes import rows

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/compatibility.md").read_text()
STEPS = "".join(path.read_text() for path in sorted((ROOT / "tests/e2e").glob("sdk_*.py")))
AREAS = (
    *("FileScanningApi", "HashLookupsApi", "DynamicAnalysisApi", "ApikeyApi"),
    *("ApplicationInformationApi", "ReputationServiceApi", "StatusEndpointsApi"),
)


def test_every_endpoint_stands_in_it_with_its_role() -> None:
    told = re.findall(r"^\| `([A-Z]+ /\S+)` \| `?(\w+)`? \|", TEXT, re.MULTILINE)
    assert told == sorted(told, key=lambda one: one[0].partition(" ")[::-1])
    assert sorted(told) == sorted((row.name, str(row.role or "none")) for row in rows())


@pytest.mark.parametrize("area", AREAS)
def test_every_method_of_an_area_is_tried_or_said_to_have_nothing_behind_it(area: str) -> None:
    line = next(line for line in TEXT.splitlines() if line.startswith(f"| `{area}`"))
    _, _, passing, empty, _ = line.split("|")
    methods = {name for name, _ in inspect.getmembers(getattr(mcl_platform_sdk, area), inspect.isfunction)}
    public = {name for name in methods if not name.startswith("_")}
    assert set(re.findall(r"`([a-z_]+)`", passing + empty)) == public
    assert all(f".{name}(" in STEPS for name in re.findall(r"`([a-z_]+)`", passing))


def test_the_tests_that_it_names_are_there() -> None:
    assert all((ROOT / "tests/e2e" / name).exists() for name in re.findall(r"\b(test_\w+\.py)`", TEXT))

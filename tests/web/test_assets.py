"""Style and scripts: where they stand, how long browsers may keep them, and that scripts find each other."""

import gzip
import re
from hashlib import sha384
from posixpath import dirname, join, normpath

import pytest
from starlette.testclient import TestClient

from fulgurite.web.assets import Asset, assets
from fulgurite.web.site import Site


async def _no_interface(*_: object) -> None:
    raise AssertionError("a file asks nothing of the interface")


@pytest.fixture
def pages() -> TestClient:
    return TestClient(Site(_no_interface))


def test_every_file_is_served_as_it_is(pages: TestClient) -> None:
    for asset in assets().values():
        answer = pages.get(asset.url, headers={"accept-encoding": "identity"})
        assert (answer.status_code, answer.content) == (200, asset.data)
        assert answer.headers["content-type"] == asset.media_type


def test_is_packed_for_who_takes_it(pages: TestClient) -> None:
    style = assets()["style.css"]
    with pages.stream("GET", style.url, headers={"accept-encoding": "br, gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(b"".join(answer.iter_raw())) == style.data
        assert answer.headers["vary"] == "accept-encoding"


def test_is_kept_for_good_under_the_address_of_today_only(pages: TestClient) -> None:
    style = assets()["style.css"]
    assert "immutable" in pages.get(style.url).headers["cache-control"]
    assert pages.get("/static/0000000000000000/style.css").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["nothing.css", "../pages.py", "..%2fpages.py", "", "vendor", "style.css/", "style.css\0"]
)
def test_serves_nothing_else(pages: TestClient, name: str) -> None:
    assert pages.get(f"/static/{assets()['style.css'].version}/{name}".replace("\0", "%00")).status_code == 404


def test_all_have_one_version_and_an_integrity() -> None:
    assert len({asset.version for asset in assets().values()}) == 1
    style = assets()["style.css"]
    assert style.integrity.startswith("sha384-")
    assert len(style.integrity) == len("sha384-") + sha384().digest_size * 4 // 3


@pytest.mark.parametrize("script", [a for a in assets().values() if a.name.endswith(".js")], ids=lambda a: a.name)
def test_every_import_of_a_script_is_there(script: Asset) -> None:
    if script.name.startswith("vendor/"):
        return
    for target in re.findall(r'^(?:import|export)\b[^;]*?from "([^"]+)";', script.data.decode(), re.MULTILINE):
        assert normpath(join(dirname(script.name), target)) in assets()

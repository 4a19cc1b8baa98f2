"""Names of members: which may be reports."""

import pytest

from fulgurite.importers.packed import names


@pytest.mark.parametrize("name", ["a.json", "A.JSON", "x/a.log.gz", "a.evtx", "b.Zip", "c.tar.zst", "d.tgz", "e.pb"])
def test_these_may_be(name: str) -> None:
    assert names.may_be_report(name)


@pytest.mark.parametrize("name", ["a.exe", "json", "__MACOSX/._a.json", "x/._a.json", "a.dmp", "a.pcap", "a.json.exe"])
def test_these_are_never_inflated(name: str) -> None:
    assert not names.may_be_report(name)


def test_spellings() -> None:
    assert names.plain(".\\logs\\a.json") == "logs/a.json"
    assert names.unpacked("a.json.GZ") == "a.json"
    assert names.unpacked("a.zip") == "a.zip"

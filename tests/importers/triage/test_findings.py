"""Signatures, dumps, settings."""

import json
from typing import Any

import msgspec

from fulgurite.importers.counting import Count
from fulgurite.importers.triage.findings import MAX_INDICATORS, artifacts, configs, signatures
from fulgurite.model.events import FileAccess, RegistryAccess


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def test_indicators_tell_of_keys_and_files() -> None:
    iocs = [
        {"ioc": '\\REGISTRY\\MACHINE\\A\\v = "1"', "description": "Set value (int)", "procid": 5, "at": 7},
        {"ioc": "\\REGISTRY\\USER\\B", "description": "Key created"},
        {"ioc": "C:\\a => C:\\b", "description": "File renamed"},
        {"ioc": "x", "description": "Framework API call"},
        {"description": "Key created"},
    ]
    _, events = signatures(_raw([{"name": "s", "indicators": iocs}]), Count())
    assert events == [
        RegistryAccess(procid=5, at_ms=7, verb="write", path="HKLM\\A\\v", op="SetValueKeyInt", value="1"),
        RegistryAccess(verb="write", path="HKU\\B", op="CreateKey"),
        FileAccess(verb="rename", path="C:\\a", op="Rename", dst="C:\\b"),
    ]


def test_thousands_of_indicators_are_told_once_and_cut_with_a_note() -> None:
    count = Count()
    iocs = [{"description": "same"}] * 2534 + [{"ioc": str(number)} for number in range(MAX_INDICATORS + 9)]
    (signature,), _ = signatures(_raw([{"label": "x", "score": 0, "indicators": iocs}]), count)
    assert len(signature.indicators) == MAX_INDICATORS
    assert (signature.name, signature.score) == ("x", None)
    assert count.tally().left == {"indicators beyond the first of a signature": 10}


def test_dumps_have_names_of_their_own() -> None:
    dumps = [{"name": "a", "kind": "martian", "size": 5}, {"name": "a", "addr": 1, "length": 9}, {}, 5]
    shown = [(one.name, one.kind, one.size_bytes) for one in artifacts(_raw(dumps), Count())]
    assert shown == [("a", "martian", 5), ("a#1", "region", 9), ("dumped/2", "region", None)]


def test_settings_of_all_kinds() -> None:
    count = Count()
    extracted = [{"config": {"family": "f", "c2": ["x"]}, "dropper": {"language": "ps1"}}, {"tasks": []}, 5]
    shown = [(one.kind, one.family, one.values) for one in configs(_raw(extracted), count)]
    assert shown == [("config", "f", {"c2": ["x"]}), ("dropper", None, {"language": "ps1"})]
    assert count.tally().left == {"extracted of other kinds": 1, "unreadable extracted": 1}

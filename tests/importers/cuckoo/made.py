"""Reports of the Cuckoo family out of the sections that a test cares for."""

import json
from typing import Any

from fulgurite.importers.content import Content
from fulgurite.importers.cuckoo import Cape
from fulgurite.model.report import Report

INFORMATION = {"version": "2.4-CAPE", "started": "2024-01-02 03:00:00", "id": 1}


def written(**sections: Any) -> bytes:
    """A CAPE report with `sections`."""
    return json.dumps({"info": INFORMATION, "CAPE": {}, "malscore": 1.0, "behavior": {}, **sections}).encode()


def read(**sections: Any) -> Report:
    """What is imported of it."""
    return Cape().parse(Content(written(**sections)))


def process(pid: Any, *calls: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A process with `calls`."""
    return {"process_id": pid, "process_name": f"{pid}.exe", "calls": list(calls), **fields}


def called(api: str, second: int = 5, **fields: Any) -> dict[str, Any]:
    """One call; what is no field of a call is an argument."""
    known = {"status", "return", "repeated", "id", "arguments", "timestamp"}
    arguments = [{"name": name, "value": value} for name, value in fields.items() if name not in known]
    base = {"api": api, "timestamp": f"2024-01-02 03:04:{second:02},000", "status": True, "arguments": arguments}
    return {**base, **{name: value for name, value in fields.items() if name in known}}

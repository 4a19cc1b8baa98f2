"""report.json of drakrun."""

import json
from typing import Any

from fulgurite.importers.content import Content
from fulgurite.importers.drakvuf import DrakvufReport
from fulgurite.model.events import DnsQuery, FileAccess, FlowStart
from fulgurite.model.report import Report


def _read(**sections: Any) -> Report:
    return DrakvufReport().parse(Content(json.dumps({"info": {}, "startup": {}, "processes": [], **sections}).encode()))


def test_deeds_are_tied_by_seqid() -> None:
    report = _read(
        processes=[{"seqid": 5, "pid": 1}, {"seqid": 6, "parent_seqid": 5, "pid": 1}],
        modified_files=[{"filename": "a", "process_seqid": 6}, "b", {}],
        connections=[{"remote_ip": "192.0.2.1", "remote_port": 1, "process_seqids": [6]}, {}],
        dns_queries=["a.test", {"query": "b.test"}],
    )
    assert report.processes[1].procid_parent == 1
    assert [(e.path, e.procid) for e in report.events if isinstance(e, FileAccess)] == [("a", 2), ("b", None)]
    assert [event.name for event in report.events if isinstance(event, DnsQuery)] == ["a.test", "b.test"]
    assert [event.remote_addr for event in report.events if isinstance(event, FlowStart)] == ["192.0.2.1"]

"""summary_v2.json: references that lead nowhere, and the real one."""

import json
from typing import Any

from fulgurite.importers.content import Content
from fulgurite.importers.vmray import VmraySummary
from fulgurite.model.events import HttpRequest
from fulgurite.model.report import Report


def _read(**sections: Any) -> Report:
    return VmraySummary().parse(Content(json.dumps({"_type": "summary", "analysis_metadata": {}, **sections}).encode()))


def test_references_that_lead_nowhere() -> None:
    lost = {"_type": "reference", "path": ["files", "file_9"]}
    report = _read(
        processes={"process_1": {"ref_parent_process": lost}, "_type": "x"},
        extracted_files={"one": {"ref_file": lost}},
        vti={"matches": {"m": {"artifacts": {"files": [{"ref_artifact": lost}, {"ref_artifact": {"path": []}}]}}}},
    )
    assert report.processes[0].procid_parent is None
    assert report.artifacts[0].sha256 is None
    assert report.signatures[0].name == "unnamed"


def test_urls_without_a_request() -> None:
    report = _read(urls={"url_0": {"url": "http://a.test/"}, "url_1": {}})
    assert [event.url for event in report.events if isinstance(event, HttpRequest)] == ["http://a.test/"]

"""Every real report beside the repository: what the original tells, counted by other code, is what comes out.

Of lists nothing may be missing from the Report or the v4 body, and what they have more must stand in the original:
in a call, under another section. Processes, signatures, techniques, dropped files and dumps are equal.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport
from fulgurite.exports import native, v4
from fulgurite.model.report import decode
from tests.importers import corpora
from tests.importers.counts import cuckoo, listed, logged, speakeasy, told

Teller = Callable[[bytes], told.Told]

TELLERS: dict[str, Teller] = {
    "cape_capa_testfiles": cuckoo.tell,
    "cape_al4": cuckoo.tell,
    "polyswarm": cuckoo.tell,
    "cuckoo": cuckoo.tell,
    "cuckoo3": logged.cuckoo3,
    "triage_inquest": logged.triage,
    "triage_usaa": logged.triage,
    "vmray_capa_testfiles": logged.vmray,
    "vmray_inquest": logged.vmray,
    "drakvuf_capa_testfiles": logged.drakvuf,
    "speakeasy_v1_nebula": speakeasy.tell,
    "speakeasy_v1_quovadis": speakeasy.tell,
    "vt_beagle": listed.virustotal,
    "vt_msticpy": listed.virustotal,
    "al4_ontology": listed.assemblyline,
    "wildfire_misc": listed.wildfire,
    "opswat_filescan": listed.filescan,
    "hybrid_analysis_misc": listed.hybrid_analysis,
    "anyrun_misc": listed.anyrun,
    "joe_misc": listed.joe,
    "maec5_vt": listed.maec,
    "stix21_examples": listed.stix,
    "sysmon_sigmahq": logged.eventlog,
    "sysmon_otrf": logged.eventlog,
}
"""By the folder of the corpora."""

FILES = [
    pytest.param(TELLERS[folder], parameter.values[0], id=parameter.id or folder, marks=parameter.marks)
    for folder in TELLERS
    for parameter in corpora.files(folder)
]


def _reports(path: Path) -> Iterator[bytes]:
    data = corpora.content(path)
    if not data.startswith(b"PK"):
        yield data
        return
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = [name for name in packed.namelist() if name.endswith(".json") and not name.startswith("__MACOSX")]
        yield from (packed.read(name) for name in names)


@pytest.mark.parametrize(("tell", "path"), FILES)
def test_report_and_body_tell_what_the_original_tells(tell: Teller, path: Path) -> None:
    for data in _reports(path):
        if tell is listed.stix and not listed.is_analysis(data):
            with pytest.raises(MalformedReport, match="no file"):
                importers.read(data)
            continue
        original = tell(data)
        report = importers.read(data)
        assert decode(native.body(report)) == report
        told.compare(original, told.of_report(report))
        told.compare(original, told.of_body(json.loads(v4.body(report))))


@pytest.mark.skipif(not corpora.CORPORA.is_dir(), reason="needs ../shared/corpora beside the repository")
def test_every_folder_is_counted() -> None:
    folders: Any = {path.name for path in corpora.CORPORA.iterdir() if path.is_dir()}
    assert folders == TELLERS.keys()

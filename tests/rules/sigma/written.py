"""Sigma rules written for the tests, and runs to match them with."""

import textwrap
from collections.abc import Sequence

from fulgurite.model.events import Event, ProcessCreate
from fulgurite.model.process import Process
from fulgurite.model.report import Os, Report, Source
from fulgurite.model.sample import Sample
from fulgurite.rules.loading import Loaded, RuleFile, loaded
from fulgurite.rules.match import matched

PROCESSES = (
    Process(procid=1, pid=400, image="C:\\Users\\ann\\a.exe", cmd="a.exe"),
    Process(procid=2, pid=404, procid_parent=1, image="C:\\Windows\\System32\\cmd.exe", cmd="cmd.exe /c whoami /all"),
)
STARTED = (ProcessCreate(procid=1), ProcessCreate(procid=2))


def rule(detection: str, *, category: str = "process_creation", product: str = "windows", more: str = "") -> str:
    """The text of a Sigma rule with this `detection`."""
    head = f"title: A rule\nlogsource:\n    category: {category}\n    product: {product}\n{more}"
    return f"{head}detection:\n{textwrap.indent(textwrap.dedent(detection).strip(), '    ')}\n"


def read(*texts: str) -> Loaded:
    """What comes of files with these texts."""
    return loaded(RuleFile(f"one_{number}", text, f"{number}.yml") for number, text in enumerate(texts))


def labels(text: str, events: Sequence[Event] = STARTED, os: Os = "windows") -> list[str]:
    """The labels of the rules of a file that match a run."""
    found = read(text)
    assert found.faults == ()
    run = Report(source=Source(name="test"), sample=Sample(), os=os, processes=PROCESSES, events=(*STARTED, *events))
    return [str(signature.label) for signature in matched(found.rules, run)]

"""The steps of a task, from the sample to the stored report, as one table."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from fulgurite import rules
from fulgurite.engines import extraction
from fulgurite.engines.base import Engine, RunOutput
from fulgurite.errors import EngineError, StoreError
from fulgurite.exports import v4
from fulgurite.importers import runlog
from fulgurite.model.report import Report
from fulgurite.model.sample import Sample
from fulgurite.model.static import StaticFacts
from fulgurite.model.task import RunOptions, TaskRow
from fulgurite.rules import RuleSet
from fulgurite.service import scanning, static
from fulgurite.service.leavings import kept_artifacts, read_regular
from fulgurite.store import Store

MAX_LOG_BYTES = 512 << 20
"""Of a longer log the beginning is read, as of a run that was cut off."""
_ENGINE_PERCENT = 90
"""The task's progress when the engine has ended."""
_NO_ENGINE = "no engine for this type"


class Tools(NamedTuple):
    """What the steps work with."""

    store: Store
    engines: Sequence[Engine]
    rules: Callable[[], RuleSet]
    """The rules in force, asked for each task anew."""
    now: Callable[[], datetime]
    extractors: Sequence[Path] = ()
    """Folders of extractors of settings."""


class Work(NamedTuple):
    """How far one task has come; each step gives the next."""

    task: TaskRow
    folder: Path
    """Empty and private to this run; removed when the task has ended, however it did."""
    data: bytes = b""
    sample: Sample = Sample()
    output: RunOutput | None = None
    log: bytes | None = None
    """The raw log, once the engine has ended."""
    report: Report | None = None


class Step(NamedTuple):
    """One step. It raises a FulguriteError, whose text is then the reason for which the task failed."""

    name: str
    do: Callable[[Tools, Work], Work]
    percent: int
    """The task's progress when the step is done."""


def load(tools: Tools, work: Work) -> Work:
    """The sample, from the store."""
    task = work.task
    known = tools.store.sample(task.sha256)
    if known is None:
        raise StoreError(f"the store does not know the sample {task.sha256}")
    sample = msgspec.structs.replace(known, name=task.options.file_name)
    return work._replace(data=tools.store.sample_bytes(task.sha256), sample=sample)


def run(tools: Tools, work: Work) -> Work:
    """What the first engine that takes the sample leaves of its run."""
    engine = chosen(tools.engines, work.data, work.task.options)

    def progress(percent: int) -> None:
        tools.store.set_progress(work.task.sandbox_id, percent * _ENGINE_PERCENT // 100)

    output = engine.run(work.data, work.sample, work.task.options, work.folder, progress)
    return work._replace(output=output, log=read_regular(output.log, MAX_LOG_BYTES))


def read(tools: Tools, work: Work) -> Work:
    """The log as a report that has its names and its artifacts."""
    if work.output is None or work.log is None:
        raise EngineError("the engine left no log")
    end_reason = work.output.end_reason
    if len(work.log) >= MAX_LOG_BYTES and end_reason is None:
        end_reason = f"the log is over {MAX_LOG_BYTES >> 20} MiB and was cut off there"
    if work.log == b"" and end_reason is not None:
        raise EngineError(end_reason)
    report = runlog.parse(work.log, end_reason=end_reason)
    if report.outcome == "failed":
        raise EngineError("; ".join(report.reasons) or "the engine saw nothing and gave no reason")
    artifacts, left_out = kept_artifacts(tools.store, report.artifacts, work.output.artifacts)
    named = msgspec.structs.replace(
        report,
        # Not from the log: what ran a hostile program does not say which sample this is about.
        sample=work.sample,
        sandbox_id=work.task.sandbox_id,
        data_id=work.task.data_id,
        requested_at=work.task.requested_at,
        rescan_available=True,
        artifacts=artifacts,
        reasons=(*report.reasons, *left_out),
    )
    return work._replace(report=named)


def extract(tools: Tools, work: Work) -> Work:
    """The report with the settings that the operator's extractors take out of the sample and of what it left."""
    if work.report is None:
        raise EngineError("there is no report to add settings to")
    if not tools.extractors:
        return work
    faults: list[str] = []
    pieces = [extraction.Piece(one.name, one.data) for one in scanning.pieces(tools.store, work.report, faults)]
    found = extraction.extracted(tools.extractors, pieces)
    told = msgspec.structs.replace(
        work.report,
        configs=(*work.report.configs, *found.configs),
        reasons=(*work.report.reasons, *faults, *found.faults),
    )
    return work._replace(report=told)


def match(tools: Tools, work: Work) -> Work:
    """The report with what our rules say of it, and of the bytes of its sample and artifacts."""
    if work.report is None:
        raise EngineError("there is no report to match rules with")
    rule_set = tools.rules()
    facts = static.of_sample(tools.store, work.report.sample) if StaticFacts in rule_set.kinds else None
    found = scanning.scanned(tools.store, rule_set, work.report)
    told = msgspec.structs.replace(work.report, reasons=(*work.report.reasons, *found.faults))
    return work._replace(report=rules.enriched(rule_set, told, facts, found.signatures))


def store(tools: Tools, work: Work) -> Work:
    """Keeps the report and ends the task."""
    if work.report is None or work.log is None:
        raise EngineError("there is no report to keep")
    body = v4.body(work.report, is_private=work.task.private_to is not None)
    kept = tools.store.add_run(work.report, original=work.log, body=body, format_=runlog.NAME, now=tools.now())
    if not kept:
        raise StoreError("the task was taken away from this worker; its result is dropped")
    return work


STEPS: tuple[Step, ...] = (
    Step("load", load, 2),
    Step("run", run, _ENGINE_PERCENT),
    Step("read", read, 94),
    Step("extract", extract, 96),
    Step("match", match, 97),
    Step("store", store, 99),
)


def chosen(engines: Sequence[Engine], data: bytes, options: RunOptions) -> Engine:
    """The first engine that takes the sample. Raises EngineError with what each one says."""
    reasons = []
    for engine in engines:
        refusal = engine.refusal(data, options)
        if refusal is None:
            return engine
        reasons.append(refusal.removeprefix(f"{_NO_ENGINE}: "))
    told = "; ".join(dict.fromkeys(reasons)) or "there is no engine on this machine"
    raise EngineError(f"{_NO_ENGINE}: {told}")

"""What the calls of the client give back.

Unknown fields of the server's bodies are ignored, so that newer servers are read too.
"""

from enum import StrEnum
from typing import Any

import msgspec

_DONE = 100


class State(StrEnum):
    """Where an analysis stands."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """The server's answer to a file."""

    data_id: str
    """The name of the submission."""
    sha256: str
    sha1: str | None = None
    md5: str | None = None
    sandbox_id: str | None = None
    """The name of the analysis; None when none was asked for or none can be made."""
    sandbox_error: dict[str, Any] | None = None
    """Why no analysis is made, though one was asked for: `code` and `messages`."""
    extracted_files: list[dict[str, Any]] = []
    """The members of an archive, each with its own `data_id` and `sandbox_id`."""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one report that was brought, or of a file without one."""

    outcome: str
    """`imported`, `duplicate` or `refused`."""
    reason: str | None = None
    """Why it was refused."""
    member: str | None = None
    """Its path in the archive that was brought; hostile text."""
    format: str | None = None
    sha256: str | None = None
    """Of the sample, in lower-case hex."""
    sandbox_id: str | None = None
    """Of the analysis, also when it was there already."""


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """One dynamic analysis as the server has it now."""

    sandbox_id: str
    state: State
    progress: int
    """1-100."""
    verdict: str | None
    """`MALICIOUS`, `LIKELY_MALICIOUS`, `SUSPICIOUS`, `NO_THREAT`, `UNKNOWN`; None while it runs."""
    score: int | None
    """1-10; None when nothing can be stated."""
    reasons: tuple[str, ...]
    """Why it failed, when it did."""
    running_id: str | None
    """The sandbox_id of a newer analysis of the same file that is in progress."""
    body: dict[str, Any]
    """The whole v4 body."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a file's history."""

    data_id: str
    start_time: str | None = None
    scan_all_result_i: int | None = None
    total_time: str | None = None


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What a bulk lookup says of one hash."""

    hash: str | None
    status: str
    """`found`, `in_progress`, `unknown` or `invalid`."""
    sandbox_id: str | None = None
    verdict: str | None = None
    infection_score: int | None = None
    request_time: str | None = None


def analysis(body: dict[str, Any]) -> Analysis:
    """The analysis that a v4 body tells of.

    It is finished when it has a `final_verdict`; a `sandbox_error` beside that means that it failed.
    """
    results = body.get("scan_results") or {}
    final = body.get("final_verdict")
    error = body.get("sandbox_error")
    state = State.RUNNING if final is None else State.FINISHED if error is None else State.FAILED
    running = body.get("scan_in_progress")
    return Analysis(
        sandbox_id=str(body.get("sandbox_id", "")),
        state=state,
        progress=_DONE if final is not None else int(results.get("progress_percentage", 1)),
        verdict=None if final is None else final.get("verdict"),
        score=results.get("infection_score"),
        reasons=tuple(str(message) for message in (error or {}).get("messages", ())),
        running_id=running if running != body.get("sandbox_id") else None,
        body=body,
    )

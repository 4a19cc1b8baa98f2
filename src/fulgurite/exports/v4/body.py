"""The whole v4 body of a finished analysis: the documented fields, then what clients of other years read."""

from collections.abc import Callable
from typing import Any

import msgspec

from fulgurite.exports.v4.events import details
from fulgurite.exports.v4.extracted import imported
from fulgurite.exports.v4.scores import final_verdict, scan_results
from fulgurite.exports.v4.states import sandbox_error
from fulgurite.exports.v4.summary import added, statement, summary
from fulgurite.model.report import Report
from fulgurite.model.times import utc_ms

Fields = dict[str, Any]

SANDBOX_VERSION = "2"
"""The version of the documented body, said in our own reports."""

_V4_FORMAT = "metadefender"
"""Source.name of reports that came as v4 bodies: they have an `analog.header` of their own, or none."""

_encoder = msgspec.json.Encoder()


def body(report: Report, *, is_private: bool = False) -> bytes:
    """`report` as the v4 body: compact UTF-8 JSON, superset of every era of the API.

    Takes time and room in proportion to the number of events. A report without score makes no statement on its
    sample (verdict UNKNOWN, no `scan_all_result_*`); one that failed says so in `sandbox_error` besides.
    """
    shown = {key: value for key, value in _fields(report).items() if value is not None or key in _NULLABLE}
    shown["private_processing"] = int(is_private)
    for pointer, value in report.extra.items():
        _lay_over(shown, pointer, value)
    return _encoder.encode(shown)


_NULLABLE = frozenset({"flow_id", "store_at"})
"""Fields that clients want to see even where there is nothing in them."""


def _fields(report: Report) -> Fields:
    told = summary(report)
    warnings = list(report.reasons) or None
    return {
        **_identity(report),
        "request_time": None if report.requested_at is None else utc_ms(report.requested_at),
        "browser": report.machine.browser,
        "timeout": report.machine.timeout,
        "scan_results": scan_results(report.score),
        "system": report.machine.system,
        "details": _details(report),
        "summary": told,
        "sandbox_version": SANDBOX_VERSION if report.source.is_ours else report.sandbox_version,
        "sandbox_id": report.sandbox_id,
        "rescan_available": report.rescan_available is True,
        "_id": report.sandbox_id,
        "private_processing": 0,
        "flow_id": None,
        "final_verdict": final_verdict(report.score),
        "store_at": None,
        "analysis": _era_one(report.score, told),
        "sandbox_outcome": report.outcome,
        "sandbox_warnings": warnings,
        "sandbox_error": sandbox_error(report.reasons) if report.outcome == "failed" else None,
        "sandbox_added": added(report),
        "sandbox_rules": statement(report),
        "sandbox_families": list(report.families) or None,
        "sandbox_tags": list(report.tags) or None,
        "sandbox_import": imported(report),
    }


def _identity(report: Report) -> Fields:
    """The sample's names. A digest that is not known is empty text: the official client demands all three."""
    sample = report.sample
    return {
        "md5": (sample.md5 or "").upper(),
        "sha1": (sample.sha1 or "").upper(),
        "sha256": (sample.sha256 or "").upper(),
        "data_id": report.data_id,
    }


def _details(report: Report) -> Fields:
    shown = details(report)
    if report.source.name != _V4_FORMAT:
        shown["data"]["misc"].insert(0, {"d": _header(report), "n": "analog.header"})
    return shown


def _header(report: Report) -> Fields:
    """What ran the sample. Never more than is true: an emulator says so in its platform."""
    source = report.source
    fields = {
        "platform": report.machine.platform,
        "resource": report.machine.resource,
        "backend": source.backend or source.engine or source.name,
        "task": report.sandbox_id if source.is_ours else source.task,
        "sample": report.data_id if source.is_ours else source.sample,
        "version": source.version,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _era_one(score: int | None, told: Fields) -> Fields:
    """The view that clients of 2019 read: the score, and the summary's parts in short."""
    signatures = [{key: one[key] for key in ("name", "score", "ttp") if key in one} for one in told["signatures"]]
    return {
        "infection_score": score,
        "signatures": signatures,
        "network": told["network"],
        "processes": told["processes"],
    }


def _is_text_or_null(value: Any) -> bool:
    return value is None or isinstance(value, str)


class _FinalVerdict(msgspec.Struct):
    verdict: str
    threatLevel: int | float  # noqa: N815 - the wire's name
    confidence: int
    blocked: bool = False


def _is_final_verdict(value: Any) -> bool:
    try:
        msgspec.convert(value, _FinalVerdict)
    except msgspec.ValidationError:
        return False
    return True


def _never(_value: Any) -> bool:
    return False


_GUARDED: dict[str, Callable[[Any], bool]] = {
    "/md5": _never,
    "/sha1": _never,
    "/sha256": _never,
    "/data_id": _never,
    "/sandbox_id": _never,
    "/_id": _never,
    # A stored analysis is finished: a client that met this marker would wait for it for ever.
    "/scan_in_progress": _never,
    "/private_processing": lambda value: type(value) is int and value in {0, 1},
    "/flow_id": _is_text_or_null,
    "/store_at": _is_text_or_null,
    "/final_verdict": _is_final_verdict,
    "/analysis": lambda value: isinstance(value, dict) and "infection_score" in value,
}
"""Parts of a foreign body that are taken over only in a form that every client can read, or never."""


def _lay_over(shown: Fields, pointer: str, value: Any) -> None:
    """Sets `value` where the JSON pointer `pointer` leads, unless clients would break on it or it leads nowhere."""
    if pointer in _GUARDED and not _GUARDED[pointer](value):
        return
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]] or [""]
    place: Any = shown
    for name in parents:
        place = place.get(name) if isinstance(place, dict) else None
    if isinstance(place, dict) and pointer.startswith("/"):
        place[last] = value

"""CuckooDroid: what Android's droidmon logged, in place of calls on Windows."""

from typing import Any

from fulgurite.importers import lenient
from fulgurite.importers.draft import Draft
from fulgurite.importers.values import cut, number, text
from fulgurite.model.events import ApiCall, FileAccess, HttpRequest, HttpResponse
from fulgurite.model.process import Process

MAX_ARGUMENT = 256
_COUNTERS = frozenset({"types", "api", "reflected_api", "running_tasks", "running_app_processes", "error"})
"""Sums of calls, and what the monitor could not read."""


def read(sections: lenient.Members, draft: Draft) -> bool:
    """Takes up `droidmon` and `apkinfo`; whether the report is of Android at all."""
    if "droidmon" not in sections and "apkinfo" not in sections:
        return False
    package = _package(lenient.anything(sections.get("apkinfo")))
    procid = None
    if package is not None:
        procid = draft.add_process(Process(procid=0, cmd=package))
        draft.add_births()
        draft.count.carry()
    lists = lenient.one(sections.get("droidmon"), lenient.Members, "droidmon", draft.count) or {}
    for name, raw in lists.items():
        if name in _COUNTERS:
            draft.count.leave(f"droidmon {name}", lenient.size(raw))
            continue
        for entry in lenient.many(raw, Any, "droidmon", draft.count):
            draft.count.carry()
            _read(name, entry, draft, procid)
    return True


def _package(information: Any) -> str | None:
    manifest = information.get("manifest") if isinstance(information, dict) else None
    return text(manifest.get("package")) if isinstance(manifest, dict) else None


def _request(entry: dict[str, Any], draft: Draft, procid: int | None) -> bool:
    """A request over the web, told by its first line and that of its answer; whether it could be read."""
    words = (text(entry.get("request")) or "").split()
    if len(words) < 2 or "://" not in words[1]:  # noqa: PLR2004 - method and URL
        return False
    draft.add(HttpRequest(procid=procid, method=words[0], url=words[1]))
    answer = (text(entry.get("response")) or "").split()
    status = number(answer[1]) if len(answer) > 1 else None
    if status is not None:
        draft.add(HttpResponse(procid=procid, status=status, url=words[1]))
    return True


def _read(section: str, entry: Any, draft: Draft, procid: int | None) -> None:
    """One entry: a path of a file, a call of the framework, or whatever else the list holds."""
    told = text(entry)
    if told is not None and section in {"file_accessed", "accessed_files"}:
        draft.add(FileAccess(procid=procid, verb="read", path=told, op="Unknown"))
        return
    if section == "httpConnections" and isinstance(entry, dict) and _request(entry, draft, procid):
        return
    if isinstance(entry, dict):
        name = text(entry.get("class"))
        method = text(entry.get("method"))
        api = f"{name}.{method}" if name is not None and method is not None else section
        args = tuple(
            cut(f"{key}={shown}", MAX_ARGUMENT) for key, one in entry.items() if (shown := text(one)) is not None
        )
        draft.add(ApiCall(procid=procid, api=api, args=args))
        return
    draft.add(ApiCall(procid=procid, api=section, args=() if told is None else (cut(told, MAX_ARGUMENT),)))

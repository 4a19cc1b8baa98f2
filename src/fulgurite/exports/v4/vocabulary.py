"""The names and fields of rendered events, as docs/events.md tells them; a test holds page, table and renderer equal.

`{os}` stands for the report's family of systems. Names marked as documented are those of the v4 documentation's
example; all others are ours. Every event may carry `proc`, `time` and `count` besides its own fields.
"""

from typing import NamedTuple


class Row(NamedTuple):
    """One event name."""

    n: str
    bucket: str
    """The list of `details.data` it stands in; `flowLabels` for the one that stands in `details.flowLabels` alone."""
    fields: tuple[str, ...]
    """Fields of `d` that this name may have, besides COMMON."""
    is_documented: bool
    meaning: str


COMMON = ("proc", "time", "count")
"""Fields that every event may have: the process, milliseconds since the run began, repeats in a row."""

BUCKETS = ("search", "mutex", "processes", "misc", "network", "registry", "files")
"""The lists of `details.data`, in the order of the documented example; all are always there."""

VOCABULARY: tuple[Row, ...] = (
    Row(
        "analog.header",
        "misc",
        ("platform", "resource", "backend", "task", "sample", "version"),
        is_documented=True,
        meaning="what ran the sample: the true platform, engine and run",
    ),
    Row(
        "{os}.proc.create",
        "processes",
        ("status", "orig", "pid", "cmd", "image", "kind"),
        is_documented=True,
        meaning="a process came up, or was there before (`kind`: `Existing`)",
    ),
    Row(
        "{os}.proc.terminate",
        "processes",
        ("pid", "status"),
        is_documented=False,
        meaning="a process ended; `status` is its exit status",
    ),
    Row(
        "{os}.file.read",
        "files",
        ("status", "op", "path", "dst"),
        is_documented=True,
        meaning="a file or folder was read or asked for",
    ),
    Row(
        "{os}.file.write",
        "files",
        ("status", "op", "path", "dst"),
        is_documented=False,
        meaning="a file or folder was made or changed",
    ),
    Row(
        "{os}.file.delete",
        "files",
        ("status", "op", "path", "dst"),
        is_documented=False,
        meaning="a file or folder was deleted",
    ),
    Row(
        "{os}.file.rename",
        "files",
        ("status", "op", "path", "dst"),
        is_documented=False,
        meaning="a file or folder was moved from `path` to `dst`",
    ),
    Row(
        "{os}.reg.read",
        "registry",
        ("path", "status", "op", "value"),
        is_documented=True,
        meaning="a key or value was read or asked for",
    ),
    Row(
        "{os}.reg.write",
        "registry",
        ("path", "status", "op", "value"),
        is_documented=False,
        meaning="a key was made, or `value` was written",
    ),
    Row(
        "{os}.reg.delete",
        "registry",
        ("path", "status", "op", "value"),
        is_documented=False,
        meaning="a key or value was deleted",
    ),
    Row("{os}.mutant", "mutex", ("status", "op", "mutant"), is_documented=True, meaning="a mutex"),
    Row("{os}.event", "mutex", ("status", "op", "event"), is_documented=True, meaning="an event object"),
    Row("{os}.semaphore", "mutex", ("status", "op", "semaphore"), is_documented=False, meaning="a semaphore"),
    Row("{os}.section", "mutex", ("status", "op", "section"), is_documented=False, meaning="a named shared memory"),
    Row("{os}.timer", "mutex", ("status", "op", "timer"), is_documented=False, meaning="a waitable timer"),
    Row("{os}.pipe", "mutex", ("status", "op", "pipe"), is_documented=False, meaning="a named pipe"),
    Row("{os}.atom", "mutex", ("status", "op", "atom"), is_documented=False, meaning="a global atom"),
    *(
        Row(f"{{os}}.search.{what}", "search", ("status", "op", "target"), is_documented=False, meaning=meaning)
        for what, meaning in (
            ("file", "files of a pattern were listed"),
            ("process", "processes were enumerated, or one was looked for"),
            ("window", "windows were enumerated, or one was looked for"),
            ("module", "loaded modules were enumerated"),
            ("thread", "threads were enumerated"),
            ("drive", "drives were enumerated or asked about"),
            ("service", "services were enumerated"),
            ("user", "users or groups were enumerated"),
            ("network", "interfaces, connections or shares were enumerated"),
            ("other", "something else was looked for"),
        )
    ),
    Row(
        "{os}.inject",
        "misc",
        ("op", "proc_target", "address", "size"),
        is_documented=False,
        meaning="code or data was put into process `proc_target`, or its execution was taken over",
    ),
    Row(
        "{os}.suspicious",
        "misc",
        ("event", "detail", "proc_target"),
        is_documented=False,
        meaning="a single act that sandboxes name, such as `AdjustPrivilegeToken`",
    ),
    Row(
        "{os}.memory",
        "misc",
        ("op", "protection", "address", "size", "proc_target"),
        is_documented=False,
        meaning="memory was allocated or protected in a way worth telling",
    ),
    Row("{os}.module", "misc", ("path", "status"), is_documented=False, meaning="a library or driver was loaded"),
    Row(
        "{os}.service",
        "misc",
        ("op", "service", "path", "status"),
        is_documented=False,
        meaning="a service was made, changed, started, stopped, deleted or opened; `path` is its command",
    ),
    Row(
        "{os}.task",
        "misc",
        ("op", "task", "command"),
        is_documented=False,
        meaning="a scheduled task was registered, changed, run or deleted",
    ),
    Row(
        "{os}.api",
        "misc",
        ("api", "args", "ret"),
        is_documented=False,
        meaning="a call that has no event of its own and is worth keeping",
    ),
    Row(
        "net.flow.start",
        "flowLabels",
        ("remote_port", "remote_addr", "local_port", "local_addr", "proto", "flow"),
        is_documented=True,
        meaning="a flow began; ports are text",
    ),
    Row("net.flow.proc", "network", ("flow",), is_documented=True, meaning="process `proc` owns `flow`"),
    Row(
        "net.dns.request",
        "network",
        ("flow", "domains", "questions"),
        is_documented=False,
        meaning="a name was asked for",
    ),
    Row(
        "net.dns.response",
        "network",
        ("flow", "domains", "ip", "answers"),
        is_documented=False,
        meaning="the answer; no `answers` when the name does not exist",
    ),
    Row(
        "net.http.request",
        "network",
        ("flow", "index", "method", "url", "headers", "body_bytes"),
        is_documented=False,
        meaning="an HTTP request was sent",
    ),
    Row(
        "net.http.response",
        "network",
        ("flow", "index", "status", "url", "headers", "body_bytes"),
        is_documented=False,
        meaning="its answer; `status` is text",
    ),
    Row(
        "net.tls.client",
        "network",
        ("flow", "sni", "ja3", "ja3s"),
        is_documented=False,
        meaning="what a TLS handshake showed",
    ),
)
"""Every name that the renderer writes by itself; foreign events keep the names they came with."""

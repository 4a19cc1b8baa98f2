"""The closed union of what a process did.

Names of `op` and of the rendered `n` follow docs/events.md; `status` is an unsigned 32-bit NTSTATUS (on Linux an
errno); `procid` joins to Process.procid, `flow` to Flow.flow. Events stand in the order in which they were seen.
"""

from typing import Any, Literal

from fulgurite.model.base import Model


class _Event(Model, frozen=True, kw_only=True, tag_field="event"):
    procid: int | None = None
    """The process that acted; None when the source does not say."""
    at_ms: int | None = None
    """Milliseconds of the guest's clock since the run began; None when the source gives no time."""
    count: int = 1
    """How often in a row the source saw it."""


class ProcessCreate(_Event, frozen=True, kw_only=True, tag="process_create"):
    """Process `procid` came up (or was there already). Its facts stand in Report.processes."""

    kind: str = "Create"
    """`Create`, `Existing`, `Ignore` or `Hidden`."""
    status: int = 0


class ProcessTerminate(_Event, frozen=True, kw_only=True, tag="process_terminate"):
    """Process `procid` ended."""

    status: int = 0
    """Its exit status."""


class FileAccess(_Event, frozen=True, kw_only=True, tag="file"):
    """A file or directory was read, written, deleted or renamed, or that was tried."""

    verb: Literal["read", "write", "delete", "rename"]
    path: str
    op: str
    status: int | None = None
    dst: str | None = None
    """The new path of a rename or copy."""


class RegistryAccess(_Event, frozen=True, kw_only=True, tag="registry"):
    """A registry key or value was read, written or deleted, or that was tried."""

    verb: Literal["read", "write", "delete"]
    path: str
    """`HKLM\\...`, `HKCU\\...`; for a value, the key path with the value name at its end."""
    op: str
    status: int | None = None
    value: str | int | None = None
    """What was written; bytes as lower-case hex."""


class SyncObject(_Event, frozen=True, kw_only=True, tag="sync"):
    """A named kernel object was created or opened, or that was tried."""

    object: Literal["mutant", "event", "semaphore", "section", "timer", "pipe", "atom"]
    name: str
    op: str
    status: int | None = None


class Search(_Event, frozen=True, kw_only=True, tag="search"):
    """Something was looked for or enumerated: files of a pattern, processes, windows, modules, drives."""

    object: Literal["file", "process", "window", "module", "thread", "drive", "service", "user", "network", "other"]
    target: str
    """The pattern, name or API that says what was looked for."""
    op: str
    status: int | None = None


class Injection(_Event, frozen=True, kw_only=True, tag="injection"):
    """Code or data was put into another process, or its execution was taken over."""

    op: str
    """`CreateRemoteThread`, `QueueUserAPC`, `WriteProcessMemory`, `SetThreadContext`, `MapViewOfSection`, ..."""
    procid_target: int | None = None
    address: int | None = None
    size_bytes: int | None = None


class Suspicious(_Event, frozen=True, kw_only=True, tag="suspicious"):
    """A single act that sandboxes of the field name, such as `AdjustPrivilegeToken` or `SetWindowsHookEx`."""

    act: str
    detail: str | None = None
    procid_target: int | None = None


class Memory(_Event, frozen=True, kw_only=True, tag="memory"):
    """Memory was allocated or protected in a way worth telling: writable and executable, or in another process."""

    op: str
    protection: str
    """`rwx`, `r-x`, ... in this spelling on every platform."""
    address: int | None = None
    size_bytes: int | None = None
    procid_target: int | None = None


class ModuleLoad(_Event, frozen=True, kw_only=True, tag="module"):
    """A library or driver was loaded."""

    path: str
    status: int | None = None


class Service(_Event, frozen=True, kw_only=True, tag="service"):
    """A service was created, changed, started, stopped, deleted or opened."""

    op: str
    name: str
    path: str | None = None
    """The command that the service runs."""
    status: int | None = None


class Task(_Event, frozen=True, kw_only=True, tag="task"):
    """A scheduled task (or cron entry) was registered, changed, run or deleted."""

    op: str
    name: str
    command: str | None = None


class ApiCall(_Event, frozen=True, kw_only=True, tag="api"):
    """A call without an event of its own that is worth keeping: anti-analysis questions, sleeps, unknown APIs."""

    api: str
    """`kernel32.IsDebuggerPresent`: module without ending, a dot, the function as imported."""
    args: tuple[str, ...] = ()
    ret: str | None = None


class FlowStart(_Event, frozen=True, kw_only=True, tag="flow_start"):
    """A network flow began. `at_ms` is of the network clock, where the source has two."""

    flow: int
    """The flow's number in this report, from 1."""
    proto: str
    """Lower case: `tcp`, `udp`, `icmp`."""
    local_addr: str | None = None
    local_port: int | None = None
    remote_addr: str
    remote_port: int | None = None


class FlowOwner(_Event, frozen=True, kw_only=True, tag="flow_owner"):
    """Process `procid` owns flow `flow`. `at_ms` is of the guest's clock."""

    flow: int


class DnsQuery(_Event, frozen=True, kw_only=True, tag="dns_query"):
    """A name was asked for."""

    name: str
    type: str = "A"
    flow: int | None = None


class DnsAnswer(_Event, frozen=True, kw_only=True, tag="dns_answer"):
    """An answer to a question for `name`; `values` is empty when the name does not exist."""

    name: str
    type: str = "A"
    values: tuple[str, ...] = ()
    flow: int | None = None


class HttpRequest(_Event, frozen=True, kw_only=True, tag="http_request"):
    """An HTTP request was sent (over TLS where the URL says https)."""

    method: str
    url: str
    headers: tuple[str, ...] = ()
    """As sent, `Name: value`."""
    body_bytes: int | None = None
    """Length of the request's body."""
    flow: int | None = None
    index: int | None = None
    """The request's number in its flow, from 0."""


class HttpResponse(_Event, frozen=True, kw_only=True, tag="http_response"):
    """The answer to an HTTP request."""

    status: int
    url: str | None = None
    headers: tuple[str, ...] = ()
    body_bytes: int | None = None
    flow: int | None = None
    index: int | None = None


class TlsHandshake(_Event, frozen=True, kw_only=True, tag="tls"):
    """What a TLS handshake showed."""

    sni: str | None = None
    ja3: str | None = None
    ja3s: str | None = None
    flow: int | None = None


class ForeignEvent(_Event, frozen=True, kw_only=True, tag="foreign"):
    """An event of the source that has no type here; kept whole and rendered as it came."""

    bucket: str
    """The list of `details.data` that it stood in."""
    n: str
    d: dict[str, Any]
    """The event's own fields, as read."""
    name: str | None = None


Event = (
    ProcessCreate
    | ProcessTerminate
    | FileAccess
    | RegistryAccess
    | SyncObject
    | Search
    | Injection
    | Suspicious
    | Memory
    | ModuleLoad
    | Service
    | Task
    | ApiCall
    | FlowStart
    | FlowOwner
    | DnsQuery
    | DnsAnswer
    | HttpRequest
    | HttpResponse
    | TlsHandshake
    | ForeignEvent
)
"""Every kind of event. Branch with `match` and end in `assert_never`."""

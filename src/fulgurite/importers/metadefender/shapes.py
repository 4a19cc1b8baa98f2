"""The fields `d` of each event name, as docs/events.md lists them.

Nothing more, nothing of another type: what does not fit stays a foreign event, so that nothing of a body is lost.
"""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

Int = int | UnsetType
Text = str | UnsetType
Texts = Annotated[list[str], msgspec.Meta(min_length=1)] | UnsetType


class Fields(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What every event may have."""

    proc: Int = UNSET
    time: Int = UNSET
    count: Annotated[int, msgspec.Meta(ge=2)] | UnsetType = UNSET


class Create(Fields):
    status: int
    kind: str
    orig: bool | UnsetType = UNSET
    pid: Int = UNSET
    cmd: str | Annotated[list[str], msgspec.Meta(min_length=1)] | UnsetType = UNSET
    image: Text = UNSET


class Terminate(Fields):
    status: int
    pid: Int = UNSET


class File(Fields):
    op: str
    path: str
    status: Int = UNSET
    dst: Text = UNSET


class Registry(Fields):
    op: str
    path: str
    status: Int = UNSET
    value: str | int | UnsetType = UNSET


class Sync(Fields):
    op: str
    status: Int = UNSET
    mutant: Text = UNSET
    event: Text = UNSET
    semaphore: Text = UNSET
    section: Text = UNSET
    timer: Text = UNSET
    pipe: Text = UNSET
    atom: Text = UNSET


class Search(Fields):
    op: str
    target: str
    status: Int = UNSET


class Inject(Fields):
    op: str
    proc_target: Int = UNSET
    address: Int = UNSET
    size: Int = UNSET


class Suspicious(Fields):
    event: str
    detail: Text = UNSET
    proc_target: Int = UNSET


class Memory(Fields):
    op: str
    protection: str
    address: Int = UNSET
    size: Int = UNSET
    proc_target: Int = UNSET


class Module(Fields):
    path: str
    status: Int = UNSET


class Service(Fields):
    op: str
    service: str
    path: Text = UNSET
    status: Int = UNSET


class Task(Fields):
    op: str
    task: str
    command: Text = UNSET


class Api(Fields):
    api: str
    args: Texts = UNSET
    ret: Text = UNSET


class FlowStart(Fields):
    flow: int
    proto: str
    remote_addr: str
    remote_port: Text = UNSET
    local_addr: Text = UNSET
    local_port: Text = UNSET


class FlowOwner(Fields):
    flow: int


class Question(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    type: str


class DnsRequest(Fields):
    domains: list[str]
    questions: list[Question]
    flow: Int = UNSET


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    type: str
    value: str


class DnsResponse(Fields):
    domains: list[str]
    answers: list[Answer]
    ip: list[str] | UnsetType = UNSET
    flow: Int = UNSET


class HttpRequest(Fields):
    method: str
    url: str
    headers: Texts = UNSET
    body_bytes: Int = UNSET
    flow: Int = UNSET
    index: Int = UNSET


class HttpResponse(Fields):
    status: str
    url: Text = UNSET
    headers: Texts = UNSET
    body_bytes: Int = UNSET
    flow: Int = UNSET
    index: Int = UNSET


class Tls(Fields):
    flow: Int = UNSET
    sni: Text = UNSET
    ja3: Text = UNSET
    ja3s: Text = UNSET

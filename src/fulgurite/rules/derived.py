"""Values that rules can ask for and that no record has as it stands: parts of names, URLs, addresses, arguments."""

import ipaddress
import math
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from fulgurite.model.events import (
    ApiCall,
    FileAccess,
    FlowStart,
    HttpRequest,
    Injection,
    Memory,
    Suspicious,
    SyncObject,
)
from fulgurite.model.flow import Flow
from fulgurite.rules.facts import Facts

Acting = Injection | Memory | Suspicious
MAX_NAME = 1_000
"""Characters of a name that are looked at for what it looks like."""

_DWORD = 0xFFFFFFFF
_QWORD = 0xFFFFFFFFFFFFFFFF
_PIPES = ("\\\\.\\pipe\\", "\\\\?\\pipe\\", "\\??\\pipe\\", "\\device\\namedpipe\\")
_REGISTRY_EVENTS = (
    ("SetValueKey", "SetValue"),
    ("CreateKey", "CreateKey"),
    ("DeleteValueKey", "DeleteValue"),
    ("DeleteKey", "DeleteKey"),
    ("RenameKey", "RenameKey"),
)

_LOCAL = tuple(ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
"""Not `is_private`: that holds the documentation addresses too, from which a fake internet answers."""


def is_self(event: Acting, _facts: Facts) -> bool | None:
    return None if event.procid_target is None else event.procid_target == event.procid


def is_child(event: Acting, facts: Facts) -> bool | None:
    target = facts.process(event.procid_target)
    return None if target is None or event.procid is None else target.procid_parent == event.procid


def is_extended(event: FileAccess, _facts: Facts) -> bool | None:
    """Whether the new name is the old one with an ending added."""
    return None if event.dst is None else event.dst.lower().startswith(f"{event.path.lower()}.")


def ending(name: str | None) -> str | None:
    """What follows the last dot of a file's name; empty for none."""
    return None if name is None else name.rpartition(".")[2] if "." in name else ""


def key_of(path: str) -> str:
    """The key of a registry path that ends in a value's name."""
    return path.rpartition("\\")[0]


def last_part(path: str) -> str:
    return path.rpartition("\\")[2]


def function(api: str) -> str:
    """The function without its module, and without the A or W that tells its form of text."""
    name = api.rpartition(".")[2]
    is_text_form = len(name) > 1 and name[-1] in "AW" and (name[-2].islower() or name[-2].isdigit())
    return name[:-1] if is_text_form else name


def argument(number: int) -> Callable[[ApiCall, Facts], int | None]:
    """Gives the argument of this number as a number."""

    def get(event: ApiCall, _facts: Facts) -> int | None:
        try:
            return int(event.args[number], 0)
        except (IndexError, ValueError):
            return None

    return get


def is_public(address: str) -> bool | None:
    """Whether it is no address of a local network; None for what is no address."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return None
    is_special = known.is_loopback or known.is_link_local or known.is_multicast or known.is_unspecified
    return not is_special and not any(known in network for network in _LOCAL)


def remote(flow: Flow) -> tuple[str, int | None]:
    """Address and port of the other side."""
    host, _, port = flow.dst.rpartition(":")
    is_number = port.isascii() and port.isdecimal() and len(port) <= len("65535")
    return host.removeprefix("[").removesuffix("]"), int(port) if is_number else None


def is_public_start(event: FlowStart, _facts: Facts) -> bool | None:
    return is_public(event.remote_addr)


def led_by(event: FlowStart, facts: Facts) -> str | None:
    """The name that led to the flow's address."""
    flow = facts.flow(event.flow)
    return None if flow is None else flow.domain


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    return parts


def host(event: HttpRequest, _facts: Facts) -> str | None:
    parts = _parts(event.url)
    return None if parts is None else parts.hostname


def path(event: HttpRequest, _facts: Facts) -> str | None:
    parts = _parts(event.url)
    return "" if parts is None else parts.path


def query(event: HttpRequest, _facts: Facts) -> str | None:
    parts = _parts(event.url)
    return None if parts is None or parts.query == "" else parts.query


def port(event: HttpRequest, _facts: Facts) -> int | None:
    """The URL's own port; the usual one of its scheme where it has none."""
    parts = _parts(event.url)
    if parts is None:
        return None
    return {"http": 80, "https": 443}.get(parts.scheme) if parts.port is None else parts.port


def is_address(event: HttpRequest, facts: Facts) -> bool | None:
    """Whether the URL's host is a number."""
    name = host(event, facts)
    if name is None:
        return None
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def user_agent(event: HttpRequest, _facts: Facts) -> str | None:
    for header in event.headers:
        name, _, value = header.partition(":")
        if name.strip().lower() == "user-agent":
            return value.strip()
    return None


def tld(name: str) -> str:
    """The last label of a domain name."""
    return name.rstrip(".").rpartition(".")[2]


def longest_label(name: str) -> str:
    """The longest label of a domain name, the last one left aside where there are others."""
    labels = name[:MAX_NAME].rstrip(".").split(".")
    return max(labels[:-1] or labels, key=len)


def entropy(text: str) -> int:
    """How evenly its characters are spread: hundredths of a bit a character."""
    if text == "":
        return 0
    shares = [count / len(text) for count in Counter(text).values()]
    return round(-100 * math.fsum(share * math.log2(share) for share in shares))


def digits(text: str) -> int:
    """How many percent of `text` are digits."""
    return 100 * sum(char.isdigit() for char in text) // len(text) if text else 0


def consonants(text: str) -> int:
    """The most letters in a row that are no vowels."""
    most = run = 0
    for char in text.lower():
        run = run + 1 if char.isalpha() and char not in "aeiouy" else 0
        most = max(most, run)
    return most


def text_of(cmd: Any) -> str | None:
    """A command line as text."""
    return " ".join(cmd) if isinstance(cmd, tuple) else cmd


def details(value: str | int | None) -> str | None:
    """What was written to the registry as Sysmon tells it: numbers as `DWORD (0x00000001)`."""
    if isinstance(value, int):
        form = "DWORD (0x{:08x})" if 0 <= value <= _DWORD else "QWORD (0x{:016x})"
        return form.format(value & _QWORD)
    return value


def registry_event(op: str) -> str:
    """What Sysmon calls a change of the registry: `SetValue`, `CreateKey`, `DeleteKey`, `DeleteValue`, `RenameKey`."""
    known = next((word for start, word in _REGISTRY_EVENTS if op.startswith(start)), None)
    return op if known is None else known


def pipe(record: SyncObject, _facts: Facts) -> str | None:
    """The name of a pipe as Sysmon tells it: `\\name`, without what stands for the file system of pipes."""
    if record.object != "pipe":
        return None
    name = record.name.replace("/", "\\")
    start = next((one for one in _PIPES if name.lower().startswith(one)), "")
    return "\\" + name[len(start) :].lstrip("\\")

"""Names and addresses: the resolvers of Winsock and of dnsapi, and addresses as text."""

import ipaddress
import struct
from collections.abc import Callable

from fulgurite.engines.emulator.call import Call, Hook, api
from fulgurite.engines.emulator.network import is_address
from fulgurite.engines.emulator.sockets import AF_INET, AF_INET6, Place, place_of, sockaddr

WSAHOST_NOT_FOUND = 11_001
WSAEINVAL = 10_022
WSAEFAULT = 10_014
WSANO_DATA = 11_004
DNS_ERROR_RCODE_NAME_ERROR = 9_003
_AI_CANONNAME = 2
_AI_NUMERICHOST = 4
_SERVICES = {"http": 80, "https": 443, "ftp": 21, "smtp": 25, "domain": 53, "telnet": 23, "ssh": 22, "pop3": 110}
_TYPES = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 255: "ANY"}


def allocated(call: Call, data: bytes, tag: str) -> int:
    """The address of new guest memory that holds `data`."""
    address = int(call.emu.mem_map(max(len(data), 16), tag=f"fulgurite.{tag}"))
    call.write(address, data)
    return address


def _packed(call: Call, value: int) -> bytes:
    return value.to_bytes(call.pointer_bytes, "little")


# -- Winsock -----------------------------------------------------------------------------------------------------------
def _addresses(call: Call, name: str, kinds: tuple[str, ...]) -> list[str]:
    """The addresses of `name`, asked for once a kind; a numeric one is itself."""
    if is_address(name):
        return [name] if (("AAAA" if ":" in name else "A") in kinds) else []
    return [address for kind in kinds for address in call.guest.network.lookup(call.process, name, kind)]


def _hostent(call: Call, name: str, addresses: list[bytes]) -> int:
    """A HOSTENT in the guest: name, aliases, type, length, list of addresses."""
    size = call.pointer_bytes
    head = 4 * size if size == 8 else 16  # noqa: PLR2004 - 64-bit: 8+8+2+2+pad+8
    text = call.encoded(name, wide=False)
    texts_at = head + size * (len(addresses) + 2)
    base = allocated(call, bytes(texts_at + len(text) + 4 * len(addresses)), "hostent")
    list_at = base + head
    data_at = base + texts_at + len(text)
    pointers = b"".join(_packed(call, data_at + 4 * n) for n in range(len(addresses))) + bytes(size)
    numbers = struct.pack("<HH", AF_INET, 4).ljust(size, b"\0")
    facts = _packed(call, base + texts_at) + _packed(call, list_at + size * (len(addresses) + 1)) + numbers
    call.write(base, facts + _packed(call, list_at) + pointers + bytes(size) + text + b"".join(addresses))
    return base


def host_by_name(call: Call) -> int:
    """gethostbyname(name); the empty name is the guest's own."""
    name = call.text(call.args[0], wide=False) or call.guest.system.computer
    addresses = _addresses(call, name, ("A",))
    if not addresses:
        return call.fail(WSAHOST_NOT_FOUND)
    return call.succeed(_hostent(call, name, [ipaddress.ip_address(a).packed for a in addresses]))


def host_by_address(call: Call) -> int:
    """gethostbyaddr(addr, len, type)."""
    packed = call.read(call.args[0], 4)
    if len(packed) != 4 or call.args[2] & 0xFFFF != AF_INET:  # noqa: PLR2004 - IPv4
        return call.fail(WSAEINVAL)
    asked = ".".join(str(part) for part in reversed(packed)) + ".in-addr.arpa"
    names = call.guest.network.lookup(call.process, asked, "PTR")
    return call.succeed(_hostent(call, names[0], [packed])) if names else call.fail(WSAHOST_NOT_FOUND)


def host_name(call: Call) -> int:
    """gethostname(name, namelen), GetHostNameW(name, namelen)."""
    name = call.guest.system.computer
    if call.write_text(call.args[0], name, call.args[1] & 0xFFFFFFFF):
        return call.succeed(0)
    return call.fail(WSAEFAULT, 0xFFFFFFFF)


def _service(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text[:5]) & 0xFFFF
    return _SERVICES.get(text.lower(), 0)


def _kinds(family: int) -> tuple[str, ...]:
    return {AF_INET: ("A",), AF_INET6: ("AAAA",)}.get(family, ("A", "AAAA"))


def _info_list(call: Call, places: list[Place], hints: tuple[int, int, int], name: str | None, *, is_ex: bool) -> int:
    """A chain of ADDRINFO (or ADDRINFOEXW), last first; its address."""
    size = call.pointer_bytes
    following = 0
    for place in reversed(places):
        family = AF_INET6 if ":" in place.address else AF_INET
        address = sockaddr(place, family)
        fixed = 16 + (7 if is_ex else 4) * size
        canonical = call.encoded(name) if name is not None and place is places[0] else b""
        base = allocated(call, bytes(fixed + len(address) + len(canonical)), "addrinfo")
        flags, kind, protocol = hints
        length = len(address).to_bytes(size, "little")
        names_at = base + fixed + len(address) if canonical else 0
        data = struct.pack("<IIII", flags, family, kind, protocol) + length
        data += _packed(call, names_at) + _packed(call, base + fixed)
        data += bytes(3 * size) if is_ex else b""  # ai_blob, ai_bloblen, ai_provider
        data += _packed(call, following)
        call.write(base, data.ljust(fixed, b"\0") + address + canonical)
        following = base
    return following


def _resolved(call: Call, hints_at: int, result_at: int, *, is_ex: bool) -> int:
    node = call.arg_text(0)
    flags, family, kind, protocol = (call.u32(hints_at + 4 * n) for n in range(4)) if hints_at else (0, 0, 0, 0)
    port = _service(call.arg_text(1))
    if call.args[0] == 0:
        addresses = ["0.0.0.0" if flags & 1 else "127.0.0.1"]  # noqa: S104 - an answer to the guest, nothing is bound
    elif flags & _AI_NUMERICHOST and not is_address(node):
        addresses = []
    else:
        addresses = _addresses(call, node or call.guest.system.computer, _kinds(family))
    if not addresses:
        call.write_pointer(result_at, 0)
        return call.fail(WSAHOST_NOT_FOUND, WSAHOST_NOT_FOUND)
    name = node if flags & _AI_CANONNAME else None
    places = [Place(address, port) for address in addresses]
    call.write_pointer(result_at, _info_list(call, places, (flags, kind, protocol), name, is_ex=is_ex))
    return call.succeed(0)


def get_addr_info(call: Call) -> int:
    """getaddrinfo(node, service, hints, result), GetAddrInfoW(...)."""
    return _resolved(call, call.args[2], call.args[3], is_ex=False)


def get_addr_info_ex(call: Call) -> int:
    """GetAddrInfoEx(name, service, namespace, nspid, hints, result, timeout, overlapped, routine, handle)."""
    return _resolved(call, call.args[4], call.args[5], is_ex=True)


def free_addr_info(call: Call) -> int:
    """freeaddrinfo(info): the few bytes stay until the process ends."""
    return call.succeed(0)


def get_name_info(call: Call) -> int:
    """getnameinfo(sa, salen, host, hostlen, serv, servlen, flags): NI_NUMERICHOST is 2."""
    place = place_of(call.read(call.args[0], min(call.args[1] & 0xFFFF, 128)))
    if place is None:
        return call.fail(WSAEFAULT, WSAEFAULT)
    name = None if call.args[6] & 2 else call.guest.network.name_of(place.address)
    call.write_text(call.args[2], name or place.address, call.args[3] & 0xFFFF)
    call.write_text(call.args[4], str(place.port), call.args[5] & 0xFFFF)
    return call.succeed(0)


# -- addresses as text -------------------------------------------------------------------------------------------------
def inet_addr(call: Call) -> int:
    """inet_addr(cp)."""
    text = call.text(call.args[0], wide=False)
    packed = _ipv4(text)
    return 0xFFFFFFFF if packed is None else int.from_bytes(packed, "little")


def _ipv4(text: str) -> bytes | None:
    try:
        return ipaddress.IPv4Address(text.strip()).packed
    except ValueError:
        return None


def inet_ntoa(call: Call) -> int:
    """inet_ntoa(in): one buffer a call, which stays."""
    text = str(ipaddress.IPv4Address(struct.pack("<I", call.args[0] & 0xFFFFFFFF)))
    return allocated(call, call.encoded(text, wide=False), "inet_ntoa")


def inet_pton(call: Call) -> int:
    """inet_pton(Family, String, Buffer), InetPtonW(...): 1 when it is an address, 0 when not."""
    family, text = call.args[0] & 0xFFFFFFFF, call.arg_text(1)
    parse: Callable[[str], ipaddress.IPv4Address | ipaddress.IPv6Address]
    if family == AF_INET:
        parse = ipaddress.IPv4Address
    elif family == AF_INET6:
        parse = ipaddress.IPv6Address
    else:
        return call.fail(10_047, 0xFFFFFFFF)
    try:
        packed = parse(text).packed
    except ValueError:
        return 0
    call.write(call.args[2], packed)
    return 1


def inet_ntop(call: Call) -> int:
    """inet_ntop(Family, Address, Buffer, Size), InetNtopW(...)."""
    size = 16 if call.args[0] & 0xFFFFFFFF == AF_INET6 else 4
    packed = call.read(call.args[1], size)
    if len(packed) != size or not call.write_text(
        call.args[2], str(ipaddress.ip_address(packed)), min(call.args[3] & 0xFFFFFFFF, 256)
    ):
        return call.fail(WSAEINVAL)
    return call.succeed(call.args[2])


# -- dnsapi ------------------------------------------------------------------------------------------------------------
def dns_query(call: Call) -> int:
    """DnsQuery_A/W/UTF8(name, type, options, extra, results, reserved)."""
    wide = call.wide
    name = call.text(call.args[0], wide=wide)
    number = call.args[1] & 0xFFFF
    kind = _TYPES.get(number, f"TYPE{number}")
    answers = call.guest.network.lookup(call.process, name, kind)
    if not answers:
        call.write_pointer(call.args[4], 0)
        return DNS_ERROR_RCODE_NAME_ERROR
    call.write_pointer(call.args[4], _records(call, name, number, answers))
    return 0


def _records(call: Call, name: str, number: int, answers: tuple[str, ...]) -> int:
    """A chain of DNS_RECORDs."""
    size, following = call.pointer_bytes, 0
    for answer in reversed(answers):
        text = call.encoded(name)
        value = ipaddress.ip_address(answer).packed if is_address(answer) else b""
        host = b"" if value else call.encoded(answer)
        fixed = 2 * size + 16
        base = allocated(call, bytes(fixed + 32 + len(text) + len(host)), "dns_record")
        data = _packed(call, following) + _packed(call, base + fixed + 32)
        data += struct.pack("<HHIII", number, len(value) or size, 1, 300, 0)
        data += value or _packed(call, base + fixed + 32 + len(text))
        call.write(base, data.ljust(fixed + 32, b"\0") + text + host)
        following = base
    return following


def dns_query_ex(call: Call) -> int:
    """DnsQueryEx(request, results, cancel): DNS_QUERY_REQUEST and DNS_QUERY_RESULT of version 1."""
    request, result, size = call.args[0], call.args[1], call.pointer_bytes
    name = call.text(call.pointer(request + size), wide=True)
    number = call.u16(request + 2 * size)
    answers = call.guest.network.lookup(call.process, name, _TYPES.get(number, f"TYPE{number}"))
    call.wide = True
    status = 0 if answers else DNS_ERROR_RCODE_NAME_ERROR
    call.write_u32(result + 4, status)
    call.write_pointer(result + 16, _records(call, name, number, answers) if answers else 0)
    return status


def dns_free(call: Call) -> None:
    """DnsRecordListFree(list, type), DnsFree(data, type)."""


HOOKS: tuple[Hook, ...] = (
    api("gethostbyname", 1, host_by_name),
    api("gethostbyaddr", 3, host_by_address),
    api("gethostname", 2, host_name),
    api("GetHostNameW", 2, host_name),
    api("getaddrinfo", 4, get_addr_info),
    api("GetAddrInfoW", 4, get_addr_info),
    api("GetAddrInfoExA", 10, get_addr_info_ex),
    api("GetAddrInfoExW", 10, get_addr_info_ex),
    api("freeaddrinfo", 1, free_addr_info),
    api("FreeAddrInfoW", 1, free_addr_info),
    api("FreeAddrInfoEx", 1, free_addr_info),
    api("FreeAddrInfoExW", 1, free_addr_info),
    api("getnameinfo", 7, get_name_info),
    api("GetNameInfoW", 7, get_name_info),
    api("inet_addr", 1, inet_addr),
    api("inet_ntoa", 1, inet_ntoa),
    api("inet_pton", 3, inet_pton),
    api("InetPtonW", 3, inet_pton),
    api("inet_ntop", 4, inet_ntop),
    api("InetNtopW", 4, inet_ntop),
    api("DnsQuery_A", 6, dns_query),
    api("DnsQuery_W", 6, dns_query),
    api("DnsQuery_UTF8", 6, dns_query),
    api("DnsQueryEx", 3, dns_query_ex),
    api("DnsRecordListFree", 2, dns_free),
    api("DnsFree", 2, dns_free),
)

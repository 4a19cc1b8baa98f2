"""Names, addresses and flows of the guest."""

import ipaddress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator import network
from fulgurite.engines.emulator.guest import Guest
from fulgurite.engines.emulator.log import RunLog
from fulgurite.engines.emulator.network import Network, endpoint, is_address
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.profile import system
from fulgurite.model.runlog import EventRecord, FlowRecord, Note, Record

PROCESS = GuestProcess(procid=1, pid=4, image="C:\\a.exe", cmd="a.exe")


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    (tmp_path / "artifacts").mkdir()
    log = RunLog(tmp_path / "run.jsonl", tmp_path / "artifacts", max_bytes=1 << 30)
    return Guest(system("windows10"), log, seconds=60)


def records(tmp_path: Path) -> list[Record]:
    return [msgspec.json.decode(line, type=Record) for line in (tmp_path / "run.jsonl").read_bytes().splitlines()]


def test_a_name_has_one_address_in_every_run(guest: Guest) -> None:
    address = guest.network.address_of("Some.Name.test")
    assert address == guest.network.address_of("some.name.TEST.")
    assert address == Network(guest).address_of("some.name.test")
    assert ipaddress.ip_address(str(address)) in ipaddress.ip_network("198.51.100.0/24") or str(address).startswith(
        "203.0.113."
    )
    assert guest.network.name_of(str(address)) == "some.name.test"


def test_names_share_addresses_only_when_they_must(guest: Guest) -> None:
    addresses = {guest.network.address_of(f"n{number}.test") for number in range(508)}
    assert len(addresses) == 508
    assert guest.network.address_of("one.too.many.test") in addresses


@pytest.mark.parametrize(
    "name", ["x.invalid", "x.onion", "single", "two..dots.test", "-a.test", "a b.test", "a" * 64 + ".test", "1.2.3.999"]
)
def test_names_that_do_not_exist(guest: Guest, name: str) -> None:
    assert guest.network.address_of(name) is None


def test_the_guest_knows_itself(guest: Guest) -> None:
    assert guest.network.address_of("localhost") == "127.0.0.1"
    assert guest.network.address_of(guest.system.computer) == guest.system.address


def test_a_lookup_is_a_flow_the_first_time(guest: Guest, tmp_path: Path) -> None:
    first = guest.network.lookup(PROCESS, "a.test")
    assert guest.network.lookup(PROCESS, "A.test") == first
    kinds = [type(r.event).__name__ for r in records(tmp_path) if isinstance(r, EventRecord)]
    assert kinds == ["FlowStart", "FlowOwner", "DnsQuery", "DnsAnswer", "DnsQuery", "DnsAnswer"]


def test_an_address_finds_its_name_again(guest: Guest) -> None:
    (address,) = guest.network.lookup(PROCESS, "back.test")
    asked = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
    assert guest.network.answers(asked, "PTR") == ("back.test",)
    assert guest.network.answers("1.0.0.10.in-addr.arpa", "PTR") == ()


def test_flows_are_counted_and_summed(guest: Guest, tmp_path: Path) -> None:
    talk = guest.network.open(PROCESS, "tcp", "192.0.2.1", 80)
    assert talk is not None
    talk.sent(3000)
    talk.received(10)
    guest.network.end()
    talk.close()
    flows = [r.flow for r in records(tmp_path) if isinstance(r, FlowRecord)]
    assert [(f.flow, f.tx_bytes, f.tx_packets, f.rx_packets) for f in flows] == [(1, 0, 0, 0), (1, 3000, 3, 1)]


def test_too_many_flows_are_noted(guest: Guest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MAX_FLOWS", 2)
    assert [guest.network.open(PROCESS, "udp", "192.0.2.1", port) is None for port in (1, 2, 3)] == [False, False, True]
    assert any(isinstance(r, Note) for r in records(tmp_path))


def test_ports_start_again_after_the_last(guest: Guest) -> None:
    ports = [guest.network.free_port() for _ in range(20_000)]
    assert max(ports) == 65_535
    assert min(ports) == 49_152


def test_endpoints_of_both_families() -> None:
    assert endpoint("192.0.2.1", 80) == "192.0.2.1:80"
    assert endpoint("2001:db8::1", 80) == "[2001:db8::1]:80"


@given(st.text(max_size=80))
def test_any_text_is_a_name_or_none(text: str) -> None:
    assert not (is_address(text) and Network._exists(text))

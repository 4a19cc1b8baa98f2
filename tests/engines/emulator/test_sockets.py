"""Socket addresses, and what a socket makes of what is sent."""

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.sockets import AF_INET, AF_INET6, Place, place_of, sockaddr


def test_addresses_of_both_families_come_back() -> None:
    four, six = Place("192.0.2.1", 80), Place("2001:db8::1", 443)
    assert place_of(sockaddr(four, AF_INET)) == four
    assert place_of(sockaddr(six, AF_INET6)) == six
    assert place_of(sockaddr(four, AF_INET6)) == four, "IPv4 mapped into IPv6"
    assert len(sockaddr(four, AF_INET)) == 16
    assert len(sockaddr(six, AF_INET6)) == 28


@given(st.binary(max_size=40))
def test_any_bytes_are_an_address_or_none(data: bytes) -> None:
    place = place_of(data)
    assert place is None or 0 <= place.port <= 65_535

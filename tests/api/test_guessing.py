"""The brake on guessing keys."""

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.guessing import MAX_ADDRESSES, Brake


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_ban_lasts_until_it_was_quiet_for_so_long() -> None:
    clock = Clock()
    brake = Brake(2, 10.0, clock=clock)
    assert [brake.ban_of("a") for _ in range(4)] == [None, None, 10, 10]
    clock.now = 9.0
    assert brake.ban_of("a") == 10
    clock.now = 18.0
    assert brake.ban_of("a") == 10
    clock.now = 28.0
    assert brake.ban_of("a") is None


def test_few_bad_keys_in_a_long_time_are_no_guessing() -> None:
    clock = Clock()
    brake = Brake(2, 10.0, clock=clock)
    for _ in range(20):
        clock.now += 6.0
        assert brake.ban_of("a") is None


def test_an_ipv6_network_is_one_sender_and_a_mapped_address_its_ipv4_one() -> None:
    brake = Brake(1, 10.0, clock=Clock())
    assert [brake.ban_of(f"2001:db8::{n:x}") for n in range(3)] == [None, 10, 10]
    assert brake.ban_of("2001:db8:0:1::1") is None
    assert [brake.ban_of(address) for address in ("192.0.2.1", "::ffff:192.0.2.1")] == [None, 10]


def test_memory_is_bounded_and_the_busy_are_remembered() -> None:
    brake = Brake(1, 10.0, clock=Clock())
    brake.ban_of("busy")
    for number in range(3 * MAX_ADDRESSES):
        brake.ban_of(f"10.{number}")
        if number % 1000 == 0:
            assert brake.ban_of("busy") == 10
    assert len(brake._counts) <= MAX_ADDRESSES


@given(st.text(max_size=60))
def test_any_text_is_an_address(text: str) -> None:
    brake = Brake(1, 10.0, clock=Clock())
    assert [brake.ban_of(text), brake.ban_of(text)] == [None, 10]

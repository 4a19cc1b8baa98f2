"""A brake on guessing keys: who sends many bad ones is told to stay away, for a time.

Good keys are let in all the while, so nobody is locked out by a neighbour behind the same address. That costs nothing:
what the brake keeps from a guesser is not a key (of 36^32 keys none is found by trying) but our time and a quiet log.
Each server process counts for itself.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import AddressValueError, IPv6Address

MAX_ADDRESSES = 10_000
"""How many are remembered; of more, those are forgotten that were heard of longest ago."""


class Brake:
    """Counts bad keys by address. Used from the event loop only."""

    def __init__(self, allowed: int, ban_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """After more than `allowed` bad keys within `ban_s` an address is banned until it was quiet for `ban_s`."""
        self._allowed = allowed
        self._ban_s = ban_s
        self._clock = clock
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def ban_of(self, address: str) -> int | None:
        """Counts one bad key from `address`: for how many seconds it is banned now, or None when it is not."""
        now = self._clock()
        network = _network(address)
        count, until = self._counts.pop(network, (0, 0.0))
        if now >= until:
            count, until = 0, now + self._ban_s
        count += 1
        is_banned = count > self._allowed
        self._counts[network] = (count, now + self._ban_s if is_banned else until)
        if len(self._counts) > MAX_ADDRESSES:
            self._counts.popitem(last=False)
        return int(self._ban_s) if is_banned else None


def _network(address: str) -> str:
    """What stands for one sender: an IPv4 address, the /64 of an IPv6 one."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except AddressValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return parsed.packed[:8].hex()

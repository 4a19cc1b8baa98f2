"""One network flow in sum."""

from fulgurite.model.base import Model


class Flow(Model, frozen=True, kw_only=True):
    """What is known of one flow when the run has ended."""

    flow: int
    """Its number in this report, from 1; events refer by it."""
    proto: str
    """Lower case: `tcp`, `udp`, `icmp`."""
    src: str
    """`address:port` of the guest."""
    dst: str
    """`address:port` of the other side."""
    procid: int | None = None
    first_seen_ms: int | None = None
    last_seen_ms: int | None = None
    rx_bytes: int | None = None
    """Bytes that the guest received."""
    rx_packets: int | None = None
    tx_bytes: int | None = None
    tx_packets: int | None = None
    protocols: tuple[str, ...] = ()
    """Protocols seen above `proto`: `dns`, `http`, `tls`."""
    domain: str | None = None
    """The name that led to the address."""
    tls_sni: str | None = None
    tls_ja3: str | None = None
    tls_ja3s: str | None = None

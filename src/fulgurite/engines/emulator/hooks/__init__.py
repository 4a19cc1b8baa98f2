"""What the guest's APIs do: one module an area, each with its rows."""

from fulgurite.engines.emulator.call import Hook
from fulgurite.engines.emulator.hooks import dns, handles, socket_io, sockets, urlmon, winhttp, wininet

HOOKS: tuple[Hook, ...] = (
    *handles.HOOKS,
    *dns.HOOKS,
    *sockets.HOOKS,
    *socket_io.HOOKS,
    *wininet.HOOKS,
    *winhttp.HOOKS,
    *urlmon.HOOKS,
)
"""All rows. An API stands in one row only; a test holds that."""

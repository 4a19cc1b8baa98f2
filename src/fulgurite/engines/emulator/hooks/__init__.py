"""What the guest's APIs do: one module an area, each with its rows."""

from fulgurite.engines.emulator.call import Hook
from fulgurite.engines.emulator.hooks import (
    dns,
    file_changes,
    file_io,
    file_open,
    handles,
    memory,
    process_handles,
    process_lists,
    processes,
    reg_keys,
    reg_native,
    reg_values,
    remote_threads,
    socket_io,
    sockets,
    sync,
    urlmon,
    winhttp,
    wininet,
)

HOOKS: tuple[Hook, ...] = (
    *handles.HOOKS,
    *file_open.HOOKS,
    *file_io.HOOKS,
    *file_changes.HOOKS,
    *sync.HOOKS,
    *reg_keys.HOOKS,
    *reg_values.HOOKS,
    *reg_native.HOOKS,
    *processes.HOOKS,
    *process_lists.HOOKS,
    *process_handles.HOOKS,
    *memory.HOOKS,
    *remote_threads.HOOKS,
    *dns.HOOKS,
    *sockets.HOOKS,
    *socket_io.HOOKS,
    *wininet.HOOKS,
    *winhttp.HOOKS,
    *urlmon.HOOKS,
)
"""All rows. An API stands in one row only; a test holds that."""

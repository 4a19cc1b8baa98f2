"""The console: a program may write to it; nobody looks, and nobody types."""

from fulgurite.engines.emulator.call import Call, Hook, api, text_api
from fulgurite.engines.emulator.opening import Device

ERROR_INVALID_HANDLE = 6


def write(call: Call) -> int:
    """WriteConsole(output, buffer, characters, written, reserved): all is written."""
    if call.args[3]:
        call.write_u32(call.args[3], call.args[2])
    return call.succeed()


def read(call: Call) -> int:
    """ReadConsole(input, buffer, characters, read, control): the end of the input."""
    call.write_u32(call.args[3], 0)
    return call.succeed()


def mode(call: Call) -> int:
    """GetConsoleMode(console, mode): fails for what is no console, by which programs tell files from it."""
    thing = call.guest.handles.get(call.args[0])
    if thing is not None and not (isinstance(thing, Device) and "con" in thing.path.lower()):
        return call.fail(ERROR_INVALID_HANDLE)
    call.write_u32(call.args[1], 0x3)
    return call.succeed()


HOOKS: tuple[Hook, ...] = (
    text_api("WriteConsole", 5, write),
    text_api("ReadConsole", 5, read),
    api("GetConsoleMode", 2, mode),
)

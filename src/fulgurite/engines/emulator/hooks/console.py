"""The console: a program may write to it; nobody looks, and nobody types."""

from fulgurite.engines.emulator.call import Call, Hook, text_api


def write(call: Call) -> int:
    """WriteConsole(output, buffer, characters, written, reserved): all is written."""
    if call.args[3]:
        call.write_u32(call.args[3], call.args[2])
    return call.succeed()


def read(call: Call) -> int:
    """ReadConsole(input, buffer, characters, read, control): the end of the input."""
    call.write_u32(call.args[3], 0)
    return call.succeed()


HOOKS: tuple[Hook, ...] = (
    text_api("WriteConsole", 5, write),
    text_api("ReadConsole", 5, read),
)

"""The start of a C program: its initializers, and the command line as its C run-time gives it to main."""

from __future__ import annotations

from fulgurite.engines.emulator.call import Call, Hook, api, crt
from fulgurite.engines.emulator.hooks.callbacks import call_back
from fulgurite.engines.emulator.hooks.environment import variables
from fulgurite.engines.emulator.programs.words import split_words

MAX_INITIALIZERS = 20_000


def _words(call: Call) -> list[str]:
    return split_words(call.process.cmd) or [call.process.name]


def _array(call: Call, texts: list[str], *, wide: bool) -> int:
    """A null-ended array of strings in the guest's memory; the same one for the same strings."""
    key = f"argv {wide} {hash(tuple(texts))}"
    known = call.process.addresses.get(key)
    if known is not None:
        return known
    width = call.pointer_bytes
    data = [call.encoded(text, wide=wide) for text in texts]
    at = (len(data) + 1) * width
    address = int(call.emu.mem_map(at + sum(map(len, data)) + 16, tag="api.argv"))
    pointers = b""
    for item in data:
        pointers += (address + at).to_bytes(width, "little")
        at += len(item)
    call.emu.mem_write(address, pointers + bytes(width) + b"".join(data))
    call.process.addresses[key] = address
    return address


def _pointed(call: Call, name: str, value: int) -> int:
    """The address of a variable of the C run-time that holds `value`."""
    known = call.process.addresses.get(name)
    if known is None:
        known = int(call.emu.mem_map(16, tag="api.crt.variable"))
        call.process.addresses[name] = known
        call.emu.mem_write(known, value.to_bytes(8, "little"))
    return known


def get_main_args(call: Call) -> int:
    """__getmainargs(*argc, *argv, *env, DoWildCard, *StartInfo) and __wgetmainargs."""
    wide = call.name.endswith("__wgetmainargs")
    words = _words(call)
    texts = [f"{name}={value}" for name, value in variables(call).items()]
    call.write_u32(call.args[0], len(words))
    call.write_pointer(call.args[1], _array(call, words, wide=wide))
    call.write_pointer(call.args[2], _array(call, texts, wide=wide))
    return 0


def argc_address(call: Call) -> int:
    """__p___argc()."""
    return _pointed(call, "argc", len(_words(call)))


def argv_address(call: Call) -> int:
    """__p___argv() and __p___wargv()."""
    wide = call.name.endswith("wargv")
    return _pointed(call, f"argv variable {wide}", _array(call, _words(call), wide=wide))


def command_line_address(call: Call) -> int:
    """__p__acmdln() and __p__wcmdln()."""
    wide = call.name.endswith("wcmdln")
    return _array(call, [call.process.cmd], wide=wide)


def win_main_line(call: Call) -> int:
    """_get_narrow_winmain_command_line() and _get_wide_winmain_command_line(): without the program's name."""
    wide = "wide" in call.name
    command = call.process.cmd.lstrip()
    rest = command[1:].partition('"')[2] if command.startswith('"') else command.partition(" ")[2]
    return call.pointer(_array(call, [rest.lstrip()], wide=wide))


def command_line_to_argv(call: Call) -> int:
    """CommandLineToArgvW(lpCmdLine, *pNumArgs)."""
    text = call.text(call.args[0], wide=True)
    words = split_words(text) if text else [call.process.image]
    call.write_u32(call.args[1], len(words))
    return call.succeed(_array(call, words, wide=True))


def run_initializers(call: Call) -> int:
    """_initterm(*first, *last) and _initterm_e: calls each function of the table, one of which gets argv."""
    at, end = call.args[0], min(call.args[1], call.args[0] + MAX_INITIALIZERS * call.pointer_bytes)
    while at < end:
        function = call.pointer(at)
        if function:
            call_back(call, function, ())
        at += call.pointer_bytes
    return 0


HOOKS: tuple[Hook, ...] = (
    crt("_initterm", 2, run_initializers),
    crt("_initterm_e", 2, run_initializers),
    crt("__getmainargs", 5, get_main_args),
    crt("__wgetmainargs", 5, get_main_args),
    crt("__p___argc", 0, argc_address),
    crt("__p___argv", 0, argv_address),
    crt("__p___wargv", 0, argv_address),
    crt("__p__acmdln", 0, command_line_address),
    crt("__p__wcmdln", 0, command_line_address),
    crt("_get_narrow_winmain_command_line", 0, win_main_line),
    crt("_get_wide_winmain_command_line", 0, win_main_line),
    api("CommandLineToArgvW", 2, command_line_to_argv),
)

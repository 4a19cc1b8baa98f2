"""printf and its relatives, to files and to memory."""

from __future__ import annotations

from fulgurite.engines.emulator.call import Call, Hook, text_api
from fulgurite.engines.emulator.crt import EOF, crt_of
from fulgurite.engines.emulator.formatting import Arguments, formatted, raw_bytes, raw_text
from fulgurite.engines.emulator.hooks.crt_streams import put_text

_STANDARD_SNPRINTF = 0x2
_LEGACY_TERMINATION = 0x1
_UNLIMITED = 0x7FFFFFFF


def _text(call: Call, template: int, arguments: Arguments, *, is_wide: bool) -> str:
    return formatted(raw_text(call, template, is_wide=is_wide), arguments, is_wide=is_wide)


def _is_wide(call: Call) -> bool:
    """Whether this is one of the wide functions: `wprintf`, `_snwprintf`, `_vswprintf`."""
    return "wprintf" in call.name


def _printed(call: Call, stream: int, template: int, arguments: Arguments) -> int:
    text = _text(call, template, arguments, is_wide=_is_wide(call))
    descriptor = crt_of(call).descriptor(stream)
    return len(text) if put_text(call, descriptor, text, is_wide=_is_wide(call)) else EOF


def fprintf(call: Call) -> int:
    """fprintf(stream, format, ...), its wide and its _s form."""
    return _printed(call, call.args[0], call.args[1], Arguments.of_call(call, 2))


def vfprintf(call: Call) -> int:
    """vfprintf(stream, format, arguments), its wide and its _s form."""
    return _printed(call, call.args[0], call.args[1], Arguments.of_list(call, call.args[2]))


def printf(call: Call) -> int:
    """printf(format, ...): to the console, or where freopen sent it."""
    stream = crt_of(call).console + (48 if call.pointer_bytes == 8 else 32)  # noqa: PLR2004
    return _printed(call, stream, call.args[0], Arguments.of_call(call, 1))


def vprintf(call: Call) -> int:
    """vprintf(format, arguments)."""
    stream = crt_of(call).console + (48 if call.pointer_bytes == 8 else 32)  # noqa: PLR2004
    return _printed(call, stream, call.args[0], Arguments.of_list(call, call.args[1]))


def common_vfprintf(call: Call) -> int:
    """__stdio_common_vfprintf(options, stream, format, locale, arguments): the options are of 64 bits."""
    first = 1 if call.pointer_bytes == 8 else 2  # noqa: PLR2004
    stream, template, _, arguments = call.args[first : first + 4]
    return _printed(call, stream, template, Arguments.of_list(call, arguments))


# -- to memory -------------------------------------------------------------------------------------------------------
def _put(call: Call, buffer: int, room: int, text: str) -> bool:
    """Writes as much of `text` as fits into `room` characters, with its NUL when that fits; whether all did."""
    is_wide = _is_wide(call)
    whole = text + "\0"
    if buffer and room:
        call.write(buffer, raw_bytes(whole[:room], is_wide=is_wide))
    return len(whole) <= room


def sprintf(call: Call) -> int:
    """sprintf(buffer, format, ...), and the old swprintf without a size."""
    text = _text(call, call.args[1], Arguments.of_call(call, 2), is_wide=_is_wide(call))
    _put(call, call.args[0], _UNLIMITED, text)
    return len(text)


def vsprintf(call: Call) -> int:
    """vsprintf(buffer, format, arguments)."""
    text = _text(call, call.args[1], Arguments.of_list(call, call.args[2]), is_wide=_is_wide(call))
    _put(call, call.args[0], _UNLIMITED, text)
    return len(text)


def _bounded(call: Call, arguments: Arguments, template: int) -> int:
    """The answer of _snprintf: -1 when the text does not fit, which then has no NUL."""
    text = _text(call, template, arguments, is_wide=_is_wide(call))
    _put(call, call.args[0], call.args[1], text)
    return len(text) if len(text) <= call.args[1] else EOF


def snprintf(call: Call) -> int:
    """_snprintf(buffer, count, format, ...), _snwprintf, and sprintf_s(buffer, size, format, ...)."""
    return _bounded(call, Arguments.of_call(call, 3), call.args[2])


def vsnprintf(call: Call) -> int:
    """_vsnprintf(buffer, count, format, arguments), _vsnwprintf, and vsprintf_s."""
    return _bounded(call, Arguments.of_list(call, call.args[3]), call.args[2])


def snprintf_s(call: Call) -> int:
    """_snprintf_s(buffer, size, count, format, ...): what is too long is cut and terminated."""
    return _cut(call, Arguments.of_call(call, 4))


def vsnprintf_s(call: Call) -> int:
    """_vsnprintf_s(buffer, size, count, format, arguments)."""
    return _cut(call, Arguments.of_list(call, call.args[4]))


def _cut(call: Call, arguments: Arguments) -> int:
    text = _text(call, call.args[3], arguments, is_wide=_is_wide(call))
    most = min(max(call.args[1] - 1, 0), call.args[2])
    _put(call, call.args[0], call.args[1], text[:most])
    return len(text) if len(text) <= most else EOF


def scprintf(call: Call) -> int:
    """_scprintf(format, ...): the length."""
    return len(_text(call, call.args[0], Arguments.of_call(call, 1), is_wide=_is_wide(call)))


def vscprintf(call: Call) -> int:
    """_vscprintf(format, arguments): the length."""
    return len(_text(call, call.args[0], Arguments.of_list(call, call.args[1]), is_wide=_is_wide(call)))


def common_vsprintf(call: Call) -> int:
    """__stdio_common_vsprintf(options, buffer, count, format, locale, arguments)."""
    first = 1 if call.pointer_bytes == 8 else 2  # noqa: PLR2004
    buffer, count, template, _, arguments = call.args[first : first + 5]
    text = _text(call, template, Arguments.of_list(call, arguments), is_wide=_is_wide(call))
    options = call.args[0]
    if options & _STANDARD_SNPRINTF:
        _put(call, buffer, count, text[: max(count - 1, 0)])
        return len(text)
    if options & _LEGACY_TERMINATION:
        _put(call, buffer, count, text)
        return len(text) if len(text) <= count or not buffer else EOF
    _put(call, buffer, count, text[: max(count - 1, 0)])
    return len(text) if len(text) < count or not buffer else EOF


def common_vsprintf_s(call: Call) -> int:
    """__stdio_common_vsprintf_s(options, buffer, count, format, locale, arguments)."""
    return common_vsprintf(call)


def common_vsnprintf_s(call: Call) -> int:
    """__stdio_common_vsnprintf_s(options, buffer, size, count, format, locale, arguments)."""
    first = 1 if call.pointer_bytes == 8 else 2  # noqa: PLR2004
    buffer, size, count, template, _, arguments = call.args[first : first + 6]
    text = _text(call, template, Arguments.of_list(call, arguments), is_wide=_is_wide(call))
    most = min(max(size - 1, 0), count)
    _put(call, buffer, size, text[:most])
    return len(text) if len(text) <= most else EOF


def user_sprintf(call: Call) -> int:
    """wsprintf(buffer, format, ...) of user32: at most 1,024 characters."""
    call_is_wide = call.wide
    text = formatted(
        raw_text(call, call.args[1], is_wide=call_is_wide), Arguments.of_call(call, 2), is_wide=call_is_wide
    )
    text = text[:1024]
    call.write(call.args[0], raw_bytes(text + "\0", is_wide=call_is_wide))
    return len(text)


def user_vsprintf(call: Call) -> int:
    """wvsprintf(buffer, format, arguments) of user32."""
    arguments = Arguments.of_list(call, call.args[2])
    text = formatted(raw_text(call, call.args[1], is_wide=call.wide), arguments, is_wide=call.wide)[:1024]
    call.write(call.args[0], raw_bytes(text + "\0", is_wide=call.wide))
    return len(text)


HOOKS: tuple[Hook, ...] = (
    Hook(("fprintf", "fwprintf", "fprintf_s", "fwprintf_s"), 2, fprintf, 0),
    Hook(("vfprintf", "vfwprintf", "vfprintf_s", "vfwprintf_s"), 3, vfprintf, 0),
    Hook(("printf", "wprintf", "printf_s", "wprintf_s", "_cprintf", "_cwprintf"), 1, printf, 0),
    Hook(("vprintf", "vwprintf", "vprintf_s", "vwprintf_s"), 2, vprintf, 0),
    Hook(
        (
            "__stdio_common_vfprintf",
            "__stdio_common_vfwprintf",
            "__stdio_common_vfprintf_s",
            "__stdio_common_vfwprintf_s",
        ),
        6,
        common_vfprintf,
        0,
    ),
    Hook(("sprintf", "_swprintf", "swprintf"), 2, sprintf, 0),
    Hook(("vsprintf", "_vswprintf", "vswprintf"), 3, vsprintf, 0),
    Hook(("_snprintf", "_snwprintf", "snprintf", "sprintf_s", "swprintf_s"), 3, snprintf, 0),
    Hook(("_vsnprintf", "_vsnwprintf", "vsnprintf", "vsprintf_s", "vswprintf_s"), 4, vsnprintf, 0),
    Hook(("_snprintf_s", "_snwprintf_s"), 4, snprintf_s, 0),
    Hook(("_vsnprintf_s", "_vsnwprintf_s"), 5, vsnprintf_s, 0),
    Hook(("_scprintf", "_scwprintf"), 1, scprintf, 0),
    Hook(("_vscprintf", "_vscwprintf"), 2, vscprintf, 0),
    Hook(("__stdio_common_vsprintf", "__stdio_common_vswprintf"), 7, common_vsprintf, 0),
    Hook(("__stdio_common_vsprintf_s", "__stdio_common_vswprintf_s"), 7, common_vsprintf_s, 0),
    Hook(("__stdio_common_vsnprintf_s", "__stdio_common_vsnwprintf_s"), 8, common_vsnprintf_s, 0),
    Hook(("wsprintfA", "wsprintfW"), 2, user_sprintf, 0),
    text_api("wvsprintf", 3, user_vsprintf),
)

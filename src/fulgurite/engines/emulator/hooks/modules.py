"""Loading libraries."""

from __future__ import annotations

from fulgurite.engines.emulator import libraries
from fulgurite.engines.emulator.call import Call, Hook, api, text_api

AS_DATA = 0x2 | 0x20 | 0x40


def load_library(call: Call) -> int:
    """LoadLibrary(lpLibFileName)."""
    base, error = libraries.load(call, call.arg_text(0))
    return call.fail(error) if error else call.succeed(base)


def load_library_ex(call: Call) -> int:
    """LoadLibraryEx(lpLibFileName, hFile, dwFlags)."""
    base, error = libraries.load(call, call.arg_text(0), as_data=bool(call.args[2] & AS_DATA))
    return call.fail(error) if error else call.succeed(base)


def ldr_load_dll(call: Call) -> int:
    """LdrLoadDll(SearchPath, LoadFlags, *Name, *BaseAddress)."""
    base, error = libraries.load(call, call.unicode_string(call.args[2]))
    if error:
        return libraries.STATUS_DLL_NOT_FOUND
    call.write_pointer(call.args[3], base)
    return 0


def load_module(call: Call) -> int:
    """LoadModule's successor in old programs, LoadPackagedLibrary(lpwLibFileName, Reserved)."""
    base, error = libraries.load(call, call.text(call.args[0], wide=True))
    return call.fail(error) if error else call.succeed(base)


HOOKS: tuple[Hook, ...] = (
    Hook(("LoadLibraryA", "LoadLibraryW"), 1, load_library),
    text_api("LoadLibraryEx", 3, load_library_ex),
    api("LdrLoadDll", 4, ldr_load_dll),
    api("LoadPackagedLibrary", 2, load_module),
)

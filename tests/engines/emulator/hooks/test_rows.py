"""The rows of all hook modules together."""

from collections import Counter

from speakeasy.winenv import arch

from fulgurite.engines.emulator.call import CDECL, STDCALL
from fulgurite.engines.emulator.hooks import HOOKS


def test_an_api_stands_in_one_row() -> None:
    names = Counter(name.lower() for hook in HOOKS for name in hook.names)
    assert [name for name, count in names.items() if count > 1] == []


def test_conventions_are_the_emulators() -> None:
    assert (CDECL, STDCALL) == (arch.CALL_CONV_CDECL, arch.CALL_CONV_STDCALL)
    assert {hook.convention for hook in HOOKS} <= {CDECL, STDCALL}


def test_argument_counts_are_possible() -> None:
    assert [hook.names for hook in HOOKS if not 0 <= hook.argc <= 17] == []

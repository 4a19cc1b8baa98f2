"""Calls kept as they are, in bounds."""

from typing import Any

from fulgurite.importers.calls.plain import MAX_ARGUMENT, MAX_ARGUMENTS, api_call
from fulgurite.model.events import ApiCall
from tests.importers.calls.made import call


def test_arguments_keep_their_names() -> None:
    one = call("NtDelayExecution", Milliseconds=30, Status="Skipped", Empty="", returned="0x0")
    args = ("Milliseconds=30", "Status=Skipped")
    assert api_call(one) == ApiCall(procid=1, api="NtDelayExecution", args=args, ret="0x0")


def test_long_arguments_are_cut() -> None:
    many: dict[str, Any] = {f"a{number}": "y" * 5000 for number in range(100)}
    shown = api_call(call("x", **many)).args
    assert len(shown) == MAX_ARGUMENTS
    assert len(shown[0]) < MAX_ARGUMENT + 40

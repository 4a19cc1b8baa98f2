"""Calls that have no event of their own: kept with their arguments, in bounds."""

from fulgurite.importers.calls.call import Call
from fulgurite.importers.values import cut, text
from fulgurite.model.events import ApiCall

MAX_ARGUMENT = 256
"""Characters of one argument; the longest are whole scripts and buffers, which stand in the original."""
MAX_ARGUMENTS = 16


def api_call(call: Call) -> ApiCall:
    """`call` as it is: its name, its arguments as `name=value`, what it returned."""
    shown = [(name, text(value)) for name, value in list(call.args.items())[:MAX_ARGUMENTS]]
    args = tuple(f"{name}={cut(value, MAX_ARGUMENT)}" for name, value in shown if value is not None)
    ret = call.text_of_return()
    return ApiCall(procid=call.by.procid, api=call.api, args=args, ret=None if ret is None else cut(ret, MAX_ARGUMENT))

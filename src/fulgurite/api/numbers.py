"""Numbers in query strings: which page of a list is asked for."""

import re

from starlette.requests import Request

from fulgurite.api.problems import Problem

MAX_ROWS = 9_999
"""Of one page of any list."""
MAX_OFFSET = 10**12
_DIGITS = re.compile(r"[0-9]{1,13}")


def number(request: Request, name: str, default: int, least: int, most: int, *, fault: int) -> int:
    """The whole number that the query has under `name`. Raises Problem `fault` unless it is `least` to `most`."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if _DIGITS.fullmatch(text) is None or not least <= int(text) <= most:
        raise Problem(fault)
    return int(text)

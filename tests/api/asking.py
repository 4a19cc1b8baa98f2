"""What several tests of endpoints ask for in the same way."""

import json
from typing import Any

from tests.api.running import Reply, Running

JSON = {"content-type": "application/json"}


def post(api: Running, path: str, value: Any, **headers: str) -> Reply:
    """Sends `value` as JSON."""
    return api.ask_with("POST", path, {**JSON, **headers}, json.dumps(value))


def is_problem(reply: Reply, code: int) -> bool:
    """Whether `reply` is the error `code`, in its status, type and shape."""
    error = reply.json["error"]
    return (
        reply.status == code // 1000
        and reply.headers["content-type"] == "application/json; charset=utf-8"
        and error["code"] == code
        and isinstance(error["messages"][0], str)
    )

"""How the official SDK tells its caller that a call was refused."""

import json
from collections.abc import Callable
from typing import Any

from mcl_platform_sdk.exceptions import ApiException


def failed(call: Callable[[], object]) -> dict[str, Any]:
    """How the SDK tells that `call` was refused."""
    try:
        call()
    except ApiException as error:
        return {"type": type(error).__name__, "status": error.status, "body": json.loads(error.body or "null")}
    return {"type": None}

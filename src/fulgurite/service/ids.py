"""Names of submissions and analyses, in the forms that clients of the v4 API know."""

import base64
import re
import secrets
import string
from datetime import UTC, datetime

_ALPHABET = string.ascii_letters + string.digits
_RANDOM_CHARACTERS = 18
_DATA_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SANDBOX_ID = re.compile(r"[0-9a-f]{24}")


def new_data_id(now: datetime) -> str:
    """A fresh data_id: base64url of `o`, the date and 18 random characters; starts with `bz`, has no padding."""
    text = (
        "o"
        + now.astimezone(UTC).strftime("%y%m%d")
        + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    )
    return base64.urlsafe_b64encode(text.encode("ascii")).rstrip(b"=").decode("ascii")


def new_sandbox_id(now: datetime) -> str:
    """A fresh sandbox_id: 24 lower-case hex digits, the seconds since 1970 first, so that they grow with time."""
    seconds = int(now.timestamp()) & 0xFFFFFFFF
    return f"{seconds:08x}{secrets.token_hex(8)}"


def is_data_id(text: str) -> bool:
    """Whether `text` can stand in a URL as a data_id."""
    return _DATA_ID.fullmatch(text) is not None


def is_sandbox_id(text: str) -> bool:
    """Whether `text` is 24 lower-case hex digits."""
    return _SANDBOX_ID.fullmatch(text) is not None

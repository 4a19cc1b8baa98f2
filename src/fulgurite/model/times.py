"""Times as text."""

from datetime import UTC, datetime


def utc_ms(at: datetime) -> str:
    """The aware time `at` as the v4 API writes times: UTC, milliseconds (cut, not rounded), `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"

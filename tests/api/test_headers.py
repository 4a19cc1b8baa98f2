"""Headers that all answers share."""

from fulgurite.api.headers import of_account, of_usage, response_time, retry_after
from fulgurite.model.usage import Kind, Standing


def test_response_time_is_in_whole_milliseconds() -> None:
    name, value = response_time(-1e6)
    assert name == b"x-response-time"
    assert value.endswith(b"ms")
    assert value[:-2].isdigit()


def test_the_account() -> None:
    assert dict(of_account(Kind.SANDBOX, Standing(limit=10, used=3, reset_in_s=120))) == {
        b"x-authenticated": b"by apikey",
        b"x-account-type": b"other",
        b"x-ratelimit-for": b"sandbox_api",
        b"x-ratelimit-limit": b"10",
        b"x-ratelimit-reset-in": b"120s",
        b"x-ratelimit-interval": b"86400",
    }


def test_what_is_left_is_never_below_nothing() -> None:
    assert of_usage(3, 10) == ((b"x-ratelimit-used", b"3"), (b"x-ratelimit-remaining", b"7"))
    assert of_usage(12, 10)[1] == (b"x-ratelimit-remaining", b"0")
    assert retry_after(7) == (b"retry-after", b"7")

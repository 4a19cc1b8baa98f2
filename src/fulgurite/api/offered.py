"""`GET /v4/status/options`: what a submission may ask this server for. A path of our own."""

import msgspec

from fulgurite.api.options import Allowed
from fulgurite.api.wire import Choices
from fulgurite.model.base import Model


class Offered(Model, frozen=True, kw_only=True, omit_defaults=False):
    """The body of an answer: values that headers of an upload may have, and what is on."""

    systems: tuple[str, ...]
    timeouts: tuple[str, ...]
    browsers: tuple[str, ...]
    shellcode: tuple[str, ...]
    rules: tuple[str, ...]
    is_private_processing_on: bool
    is_fetching_on: bool
    """Whether URLs are fetched: `POST /v4/sandbox`, `downloadfrom`."""
    are_callbacks_on: bool
    max_upload_bytes: int


def body(choices: Choices, allowed: Allowed, max_upload_bytes: int) -> bytes:
    """What is offered, as JSON."""
    return msgspec.json.encode(
        Offered(
            systems=choices.system,
            timeouts=choices.timeout,
            browsers=choices.browser,
            shellcode=choices.shellcode,
            rules=tuple(allowed.rules),
            is_private_processing_on=allowed.private_processing,
            is_fetching_on=allowed.check_fetch is not None,
            are_callbacks_on=allowed.check_callback is not None,
            max_upload_bytes=max_upload_bytes,
        )
    )

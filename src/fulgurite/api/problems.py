"""The errors of the v4 interface: each code with its documented message, and its body byte for byte.

The first three digits of a code are the HTTP status it is sent with.
"""

from collections.abc import Sequence

import msgspec

from fulgurite.errors import FulguriteError

_MEGABYTE = 1024 * 1024

MESSAGES: dict[int, str] = {
    400000: "Generic error",
    400004: "Query parameters are not valid",
    400020: "Header is not valid",
    400021: "Body parsing failed",
    400022: "Payload validation has failed",
    400023: "Headers are not correct",
    400024: "Headers are missing",
    400027: "Offset should be a positive integer",
    400028: "Limit should be a positive integer less than 10.000",
    400048: "The requested route is deactivated",
    400060: "The `hash` field is required",
    400061: "The `hash` field should be an array",
    400062: "The `hash` field should not be empty",
    400063: "Exceeded the maximum number of hashes allowed",
    400064: "The hash value is not valid",
    400065: "The `include_scan_details` should be 0 or 1",
    400066: "The `file_metadata` should be 0 or 1",
    400140: "file upload has failed",
    400141: "The `x-force-scan` header should be 0 or 1",
    400142: "The sample-sharing header should be 0, 1 or 2",
    400143: "Private scanning is not enabled for the provided API key",
    400144: "Exceeded maximum file size allowed",
    400145: "Request body is empty, please send a binary file",
    400146: "The download URL is not valid or inaccessible",
    400150: "The `file_ids` field is required",
    400151: "The `file_ids` field should be an array",
    400152: "The `file_ids` field should not be empty",
    400153: "Exceeded the maximum number of file_ids allowed",
    400155: "Redirect urls are not supported",
    400156: "Workflow rule not available for your account",
    400180: "The field of addresses is required",
    400181: "The field of addresses should be an array",
    400182: "The field of addresses should not be empty",
    400183: "Exceeded the maximum number of addresses allowed",
    400184: "The IP address is not valid",
    400185: "The domain is not valid",
    400186: "The URL is not valid",
    401006: "Invalid API key",
    403001: "Requested resource doesn't match your API key",
    403002: "Your IP is blocked because of abuse",
    403003: "Insufficient Privileges",
    404000: "Endpoint not found",
    404001: "Entity was not found",
    404003: "The hash was not found",
    404004: "The data_id was not found",
    404005: "The hash information was not found",
    404007: "The file ID does not exist in our records",
    404008: "The API key (apikey) was not found",
    404010: "Unsupported file type",
    405000: "Method not allowed",
    406000: "Content-Type header and payload has to be JSON",
    406001: "Payload empty",
    408000: "Request timeout. It has reached the 60 seconds limit",
    429000: "API key limit exceeded; retry after the limit is reset",
    429001: "Request throttled",
    429002: "Too many connections, try again later",
    500001: "Internal Server Error",
    503000: "Service is not available",
}
"""What each code says. 405000 is of our own making: the vendor documents the status 405 without a code."""


class Problem(FulguriteError):
    """A request that is answered with an error. `details` follow the code's own message in the answer."""

    def __init__(
        self, code: int, *details: str, message: str | None = None, headers: Sequence[tuple[bytes, bytes]] = ()
    ) -> None:
        """`message` stands for the code's own; `headers` are sent with it."""
        self.code = code
        self.headers = tuple(headers)
        self.messages = (MESSAGES[code] if message is None else message, *details)
        super().__init__(f"{code} {': '.join(self.messages)}")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.code // 1000

    @property
    def body(self) -> bytes:
        """The answer's body: compact JSON, fields in the documented order."""
        return msgspec.json.encode({"error": {"code": self.code, "messages": self.messages}})


def too_large(limit_bytes: int) -> Problem:
    """The problem of a file over `limit_bytes`; its message names the limit in MB."""
    return Problem(400144, message=f"{MESSAGES[400144]} ({limit_bytes / _MEGABYTE:g}MB)")

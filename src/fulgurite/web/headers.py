"""What every page says of itself to the browser: nothing runs, loads or is sent but from and to this server."""

from starlette.types import Message, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
"""No inline script or style, no plug-ins, no frames, no other origin."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
"""`no-store`: what a key may see does not stay in the browser when it is gone."""
_LINES = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


def dressing(send: Send) -> Send:
    """`send`, with these headers for every answer that does not say otherwise."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name for name, _ in message["headers"]}
            message = {**message, "headers": [*message["headers"], *(line for line in _LINES if line[0] not in given)]}
        await send(message)

    return dressed

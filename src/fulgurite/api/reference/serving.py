"""What is said of the endpoints that tell of the server itself."""

from fulgurite.api.reference import shapes
from fulgurite.api.reference.words import Operation

_TEXT = {"type": "string"}
_OBJECT = {"type": "object"}
SERVER: dict[str, Operation] = {
    "GET /health": Operation("Server", "Whether the process answers", answers=(shapes.Alive,)),
    "GET /ready": Operation(
        "Server",
        "Whether it is of use: lookups can be answered and samples run",
        "503000 says what is missing. A server that was told to run no samples needs no worker.",
        answers=(shapes.Ready,),
    ),
    "GET /metrics": Operation(
        "Server",
        "Metrics of all server processes, in Prometheus's text format",
        "For the machine itself only, unless the setting `open_metrics` says otherwise.",
        answers=_TEXT,
        media="text/plain",
        errors=(403003,),
    ),
    "GET /v4/status": Operation("Server", "Whether it answers", answers=(shapes.Alive,)),
    "GET /v4/status/options": Operation("Server", "What a submission may ask for", answers=(shapes.Offered,)),
    "GET /v4/status/version": Operation("Server", "The version of this interface", answers=(shapes.Version,)),
    "GET /v4/status/enginedef": Operation(
        "Server",
        "The definitions of scan engines",
        "Each is empty: there are none.",
        {"type": "object", "additionalProperties": _TEXT},
    ),
    "GET /v4/openapi.json": Operation("Server", "This document", answers=_OBJECT),
    "GET /v4/docs/style.css": Operation("Server", "How that page looks", answers=_TEXT, media="text/css"),
    "GET /v4/docs": Operation("Server", "This document as a page", answers=_TEXT, media="text/html"),
}

"""What `fulgurite.api.hot` and `.protocol` lean on inside uvicorn: when this fails, look there.

`hot_path = false` needs less of it: only what `protocol` overrides.
"""

import inspect
import tomllib
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

ROOT = Path(__file__).resolve().parents[2]
CALLBACKS = ("on_message_begin", "on_url", "on_header", "on_headers_complete", "on_body", "on_message_complete")


def _changed(what: str) -> str:
    return f"uvicorn {uvicorn.__version__}: {what}; src/fulgurite/api/hot.py and protocol.py were written against 0.54"


def test_the_range_is_one_minor_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "uvicorn>=0.54,<0.55" in project["dependencies"], _changed("another range")
    assert uvicorn.__version__.startswith("0.54."), _changed("not the version that the project asks for")


def test_the_protocol_has_what_is_overridden() -> None:
    for name in (*CALLBACKS, "shutdown", "pause_writing", "resume_writing", "_start_asgi_task", "send_400_response"):
        assert callable(getattr(HttpToolsProtocol, name, None)), _changed(f"no HttpToolsProtocol.{name}")
    assert list(inspect.signature(HttpToolsProtocol._start_asgi_task).parameters) == ["self", "cycle", "app"]


def test_the_protocol_has_what_is_read_and_set() -> None:
    source = inspect.getsource(HttpToolsProtocol)
    for name in (
        *("app", "connections", "cycle", "flow", "headers", "loop", "parser", "pipeline", "scope", "server_state"),
        *("timeout_keep_alive", "timeout_keep_alive_task", "transport", "url"),
    ):
        assert f"self.{name}" in source, _changed(f"no HttpToolsProtocol().{name}")
    begun = inspect.getsource(HttpToolsProtocol.on_message_begin)
    assert 'self.url = b""' in begun, _changed("on_message_begin does not reset the url")
    ended = inspect.getsource(HttpToolsProtocol.on_headers_complete)
    assert "app = self.app" in ended, _changed("on_headers_complete does not read the app")


def test_the_state_and_the_cycle_have_what_is_read() -> None:
    assert {"connections", "default_headers", "total_requests"} <= set(vars(ServerState())), _changed("ServerState")
    source = inspect.getsource(RequestResponseCycle)
    for name in ("disconnected", "keep_alive", "message_event", "response_complete"):
        assert f"self.{name}" in source, _changed(f"no RequestResponseCycle().{name}")
    assert STATUS_LINE[404] == b"HTTP/1.1 404 Not Found\r\n", _changed("STATUS_LINE")
    assert "write_paused" in inspect.getsource(FlowControl), _changed("no FlowControl().write_paused")

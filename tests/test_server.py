"""The composition root: addresses, signals, which engine refuses."""

import signal
import socket
import threading
from pathlib import Path

import pytest

from fulgurite import server
from fulgurite.config import Settings
from fulgurite.errors import FulguriteError
from fulgurite.model.task import RunOptions
from tests.fakes import FakeEngine


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(FulguriteError, match=rf"cannot listen on 127\.0\.0\.1 port {port}: .* another --port"):
            server.serve(tmp_path / "data", Settings(port=port), with_workers=False)
    assert not (tmp_path / "data").exists()


def test_an_address_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(FulguriteError, match=r"cannot listen on 256\.0\.0\.1 port 8000: .* another --host"):
        server.serve(tmp_path / "data", Settings(host="256.0.0.1"), with_workers=False)


def test_a_server_ends_on_a_signal_and_restores_the_handlers(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    urls: list[str] = []

    def ready(url: str) -> None:
        urls.append(url)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    server.serve(tmp_path, Settings(port=0), with_workers=False, on_ready=ready)
    assert len(urls) == 1
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_end_asked_for_while_it_begins_anew_is_the_end(tmp_path: Path) -> None:
    urls: list[str] = []
    main = threading.main_thread().ident or 0

    def ready(url: str) -> None:
        urls.append(url)
        signal.pthread_kill(main, signal.SIGHUP)
        signal.pthread_kill(main, signal.SIGTERM)

    settings = Settings(port=0)
    server.serve(tmp_path, settings, with_workers=False, on_ready=ready, anew=lambda: settings)
    assert len(urls) == 1


def test_a_file_is_refused_when_every_engine_refuses_it() -> None:
    options = RunOptions()
    no, yes = FakeEngine(refusal="not a program"), FakeEngine()
    assert server.refusal(b"MZ", options, [no]) == "no engine for this type: not a program"
    assert server.refusal(b"MZ", options, [no, yes]) is None
    assert "there is no engine" in str(server.refusal(b"MZ", options, []))
    assert "not a Windows executable" in str(server.refusal(b"%PDF", options))

"""`serve` and `worker`: faults before they start; the rest is in tests/e2e."""

import socket
from pathlib import Path

from tests.conftest import Command


def test_a_port_in_use_is_one_line(command: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = command("serve", "--data", tmp_path, "--port", port)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        f"fulgurite: cannot listen on 127.0.0.1 port {port}: Address already in use; choose another --port\n"
    )


def test_a_worker_reads_its_settings_first(command: Command, tmp_path: Path) -> None:
    (tmp_path / "fulgurite.toml").write_text("unknown = 1")
    assert command("worker", "--data", tmp_path).code == 2

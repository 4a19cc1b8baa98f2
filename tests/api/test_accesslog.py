"""The log of requests."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.accesslog import AccessLog, opened
from fulgurite.errors import FulguriteError


@given(st.text(), st.text(), st.none() | st.tuples(st.text(), st.integers(0, 65535)))
def test_any_request_is_one_line_of_json(method: str, path: str, client: tuple[str, int] | None) -> None:
    reading, writing = os.pipe()
    log = AccessLog(writing)
    log.note(client, method, path, 200, 5)
    log.flush()
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        (line,) = file.read().splitlines()
    told = json.loads(line)
    assert (told["status"], told["us"], told["client"]) == (200, 5, client and client[0])
    assert told["path"] == path.encode("utf-8", "replace").decode()


def test_many_lines_are_written_at_once_and_the_rest_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with opened(str(path)) as log:
        assert log is not None
        for number in range(501):
            log.note(None, "GET", f"/{number}", 200, 1)
        assert len(path.read_text().splitlines()) >= 500
    assert [json.loads(line)["path"] for line in path.read_text().splitlines()] == [f"/{n}" for n in range(501)]


def test_none_is_asked_for() -> None:
    with opened("") as log:
        assert log is None


def test_a_log_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(FulguriteError, match="cannot write the access log"), opened(str(tmp_path / "no" / "log")):
        pass


def test_a_log_that_cannot_be_written_delays_nobody() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    log = AccessLog(writing)
    log.note(None, "GET", "/", 200, 1)
    log.flush()
    os.close(writing)

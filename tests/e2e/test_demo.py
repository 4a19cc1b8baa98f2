"""The first look: what `make run` starts."""

import os
import re
import signal
import stat
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.e2e.running import HELLO, Running, call

pytestmark = pytest.mark.e2e


def test_the_first_start_analyses_and_the_second_keeps(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Running("demo", "--data", data, "--port", 0, HELLO) as first:
        url = first.url
        shown = first.said(r"(?s)hello\.exe\n  verdict       (\w+) .*Look it up.*curl ([^\n]*)\n")
        key = first.said(r"API key:   ([a-z0-9]{32})  ")[1]
        path = data / "api-key"
        assert stat.S_IMODE((data / "api-key").stat().st_mode) == 0o600
        assert (data / "api-key").read_text() == key + "\n"
        line = re.fullmatch(r'-H "apikey: \$\(cat (\S+)\)" (http://\S+/v4)(/hash/[0-9a-f]{64}/sandbox)', shown[2])
        assert line is not None
        assert (line[1], line[2]) == (str(path), url)
        status, body = call(url, line[3], key)
        assert (status, body["sandbox_outcome"]) == (200, "completed")
        with urlopen(first.said(r"pages:     (http://\S+/)\n")[1]) as page:  # noqa: S310 - our own server
            assert b"hello.exe" in page.read()
        os.kill(first.pid, signal.SIGTERM)
        assert first.ended() == 0
    with Running("demo", "--data", data, "--port", 0, HELLO) as second:
        second.said(r"analysed:  hello\.exe, at an earlier start")
        assert call(second.url, line[3], key)[1]["sandbox_id"] == body["sandbox_id"]
        os.kill(second.pid, signal.SIGINT)
        assert second.ended() == 0
    said = "".join(second.out + second.err)
    assert key not in said
    assert f"API key:   in {path}" in said


def test_a_lost_or_refused_key_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "api-key").write_text("0" * 32)
    with Running("demo", "--data", tmp_path, "--port", 0, HELLO) as running:
        running.said(r"the demo could not be shown: the key in api-key is not valid any more; remove that file")
        assert call(running.url, "/status", "")[0] == 200


def test_a_program_that_no_engine_takes_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no program")
    with Running("demo", "--data", tmp_path / "data", "--port", 0, tmp_path / "a.txt") as running:
        running.said(r"the demo could not be shown: a\.txt: .*no engine")

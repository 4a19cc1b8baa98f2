"""Downloads to files."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import FileAccess, HttpRequest
from fulgurite.model.runlog import ArtifactRecord
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import HTTP

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_a_download_is_a_request_and_a_file(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = HTTP
    run = run_of(program, bits, *flags)
    (request,) = run.events(HttpRequest, url="http://load.benign.test/tool.bin")
    assert any(header.startswith("User-Agent: Mozilla/") for header in request.headers)
    path = "C:\\Users\\Public\\tool.bin"
    assert run.events(FileAccess, path=path, verb="write", op="CreateModify", status=0)
    (kept,) = [record.artifact for record in run.of(ArtifactRecord) if record.artifact.path == path]
    assert (run.folder / "artifacts" / kept.sha256).read_bytes()[:2] != b"MZ"


@BITS
def test_the_cache_lies_in_the_users_folder(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = HTTP
    paths = [event.path for event in run_of(program, bits, *flags).events(FileAccess, verb="write")]
    assert any("INetCache\\IE" in path and path.endswith("\\logo[1].gif") for path in paths)

"""A real server with pages over a store that has something of everything."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from fulgurite.model import report as native
from fulgurite.model.report import Report
from tests.browser.contents import CONTENTS
from tests.e2e.running import HELLO, Running, call, finished


class Site(NamedTuple):
    """What a test in the browser needs to know of the server."""

    origin: str
    """`http://127.0.0.1:PORT`"""
    key: str
    """An administrator's."""
    data: Path
    ids: dict[str, str]
    """The sandbox_id of each analysis by its name: those of `contents.CONTENTS`, and `run`, which an engine made."""

    def url(self, path: str) -> str:
        """The address of the page at `path`, in which `{name}` stands for the id of an analysis."""
        return self.origin + path.format_map(self.ids)


@contextmanager
def site(folder: Path, contents: dict[str, Report] | None = None, *, with_run: bool = True) -> Iterator[Site]:
    """A server on a new store in `folder`, with these reports imported and, `with_run`, the demo program analysed."""
    reports = CONTENTS if contents is None else contents
    with taken_in(folder, {name: native.encode(report) for name, report in reports.items()}) as running:
        if with_run:
            running.ids["run"] = _run(running)
        yield running


@contextmanager
def taken_in(folder: Path, reports: dict[str, bytes]) -> Iterator[Site]:
    """A server on a new store in `folder`, into which `reports`, of any format, are taken under their names."""
    data = folder / "data"
    with Running("key", "create", "--role", "admin", "tests", "--data", data) as made:
        assert made.ended() == 0, made.err
    ids = _imported(folder, data, reports)
    with Running("serve", "--data", data, "--port", 0) as running:
        yield Site(running.url.removesuffix("/v4"), made.out[-1].strip(), data, ids)


def _imported(folder: Path, data: Path, reports: dict[str, bytes]) -> dict[str, str]:
    files = folder / "reports"
    files.mkdir()
    for name, report in reports.items():
        (files / f"{name}.json").write_bytes(report)
    with Running("import", "--data", data, "--json", files) as importing:
        assert importing.ended() == 0, importing.out + importing.err
    told = [json.loads(line) for line in importing.out]
    return {Path(line["path"]).stem: line["sandbox_id"] for line in told if "path" in line}


def _run(site: Site) -> str:
    """The demo program, analysed."""
    url = f"{site.origin}/v4"
    options = {"sandbox": "windows10", "filename": "hello.exe"}
    status, told = call(url, "/file", site.key, method="POST", data=HELLO.read_bytes(), headers=options)
    assert status == 200, told
    finished(url, site.key, told["sandbox_id"])
    sandbox_id: str = told["sandbox_id"]
    return sandbox_id

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
    data = folder / "data"
    with Running("key", "create", "--role", "admin", "tests", "--data", data) as made:
        assert made.ended() == 0, made.err
    ids = imported(folder, data, CONTENTS if contents is None else contents)
    with Running("serve", "--data", data, "--port", 0) as running:
        key = made.out[-1].strip()
        if with_run:
            status, told = call(
                running.url, "/file", key, method="POST", data=HELLO.read_bytes(),
                headers={"sandbox": "windows10", "filename": "hello.exe"},
            )  # fmt: skip
            assert status == 200, told
            ids["run"] = told["sandbox_id"]
            finished(running.url, key, ids["run"])
        yield Site(running.url.removesuffix("/v4"), key, data, ids)


def imported(folder: Path, data: Path, contents: dict[str, Report]) -> dict[str, str]:
    """Takes `contents` into the store in `data`, and gives their ids by name."""
    files = folder / "reports"
    files.mkdir()
    for name, report in contents.items():
        (files / f"{name}.json").write_bytes(native.encode(report))
    with Running("import", "--data", data, "--json", files) as importing:
        assert importing.ended() == 0, importing.out + importing.err
    told = [json.loads(line) for line in importing.out]
    return {Path(line["path"]).stem: line["sandbox_id"] for line in told if "path" in line}

"""One server for all tests of this folder, with two analyses of one file and keys of each role."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from fulgurite.model import report as native
from fulgurite.model.hashes import digests_of
from fulgurite.model.key import Role
from tests import builders
from tests.api.running import Running, running

FILE = b"MZ a program that is none"
NAME = "<b>invoice</b>\u202egpj.exe"
MAX_UPLOAD_BYTES = 1 << 20


class Keys(NamedTuple):
    """A key of each role."""

    read: str
    submit: str
    admin: str


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose pages are open to this machine; it takes small files only and runs none."""
    data = tmp_path_factory.mktemp("data")
    with running(data, max_upload_bytes=MAX_UPLOAD_BYTES, bad_keys=100_000, open_read=True) as server:
        yield server


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose pages need a login."""
    with running(tmp_path_factory.mktemp("data"), bad_keys=2) as server:
        yield server


@pytest.fixture(scope="session")
def roles(web: Running) -> Keys:
    return Keys(web.new_key(Role.READ, "reader"), web.new_key(Role.SUBMIT, "submitter"), web.key)


@pytest.fixture(scope="session")
def analysed(web: Running) -> str:
    """The sandbox_id of an analysis of FILE, named NAME."""
    sample = builders.sample(FILE, name=NAME)
    report = builders.report(builders.file_write(), sample=sample)
    reply = web.ask("POST", "/v4/import", native.encode(report), filename="report.json")
    assert reply.status == 200, reply.body
    sandbox_id: str = reply.json["data"][0]["sandbox_id"]
    return sandbox_id


SHA256 = digests_of(FILE).sha256

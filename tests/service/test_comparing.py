"""Two kept analyses side by side."""

import msgspec
import pytest

from fulgurite.errors import NotFound
from fulgurite.model.comparison import Comparison
from fulgurite.model.task import RunOptions
from fulgurite.model.viewer import EVERYTHING, PUBLIC, Viewer
from fulgurite.service.comparing import comparison
from fulgurite.service.submit import submit
from fulgurite.store import Store
from tests import builders
from tests.fakes import FakeClock
from tests.store import values


def test_two_reports(store: Store, clock: FakeClock) -> None:
    first, second = values.sandbox_id(1), values.sandbox_id(2)
    values.imported(store, 1, builders.sample(b"1"), events=(builders.file_write("C:\\a"),))
    values.imported(store, 2, builders.sample(b"2"), events=(builders.file_write("C:\\b"),))
    told = msgspec.json.decode(comparison(store, first, second, PUBLIC, clock(), limit=5), type=Comparison)
    assert (told.first.sandbox_id, told.second.sandbox_id) == (first, second)
    files = next(one for one in told.kinds if one.kind == "files")
    assert [[one.value for one in side] for side in (files.first, files.second)] == [["C:\\a"], ["C:\\b"]]
    same = msgspec.json.decode(comparison(store, first, first, PUBLIC, clock(), limit=5), type=Comparison)
    assert all(one.first_total == 0 for one in same.kinds)


def test_what_has_no_report_or_is_not_seen(store: Store, clock: FakeClock) -> None:
    values.imported(store, 1, builders.sample(b"1"))
    done = submit(store, b"2", options=RunOptions(), file_name=None, key_id=1, now=clock(), private_to=1)
    mine, public = done.sandbox_id or "", values.sandbox_id(1)
    with pytest.raises(NotFound):
        comparison(store, public, mine, EVERYTHING, clock(), limit=5)
    values.ran(store, at=clock())
    for viewer in (EVERYTHING, Viewer(key_id=1)):
        assert comparison(store, public, mine, viewer, clock(), limit=5)
    for pair in ((mine, public), (public, mine), (public, "0" * 24), (mine, mine)):
        with pytest.raises(NotFound):
            comparison(store, *pair, Viewer(key_id=2), clock(), limit=5)

"""How the service is."""

from fulgurite.model.task import RunOptions
from fulgurite.service import health
from fulgurite.service.health import Readiness
from fulgurite.service.submit import submit
from fulgurite.store import Store
from tests.fakes import FakeClock


def test_a_store_that_is_open_can_be_read(store: Store) -> None:
    assert health.readiness(store, lambda: False) == Readiness(store=True, worker=False)


def test_a_store_that_is_closed_cannot(store: Store) -> None:
    with Store.open(store.data_dir) as other:
        pass
    assert health.readiness(other, lambda: True) == Readiness(store=False, worker=True)


def test_what_there_is_to_do(store: Store, clock: FakeClock) -> None:
    assert (health.tasks_by_state(store), health.analyses(store)) == ({}, 0)
    for number in range(3):
        submit(store, b"MZ %d" % number, options=RunOptions(), file_name=None, key_id=None, now=clock())
    assert health.tasks_by_state(store) == {"pending": 3}

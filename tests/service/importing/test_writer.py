"""One writer for all."""

import threading
from concurrent.futures import Future

import pytest

from fulgurite.errors import StoreError
from fulgurite.service.importing import Writer
from fulgurite.store import Store
from fulgurite.store.arrivals import Added
from tests import builders
from tests.store.values import arrival, sandbox_id


def test_what_many_threads_bring_is_kept_once_each(store: Store) -> None:
    done: list[Future[Added]] = []
    with Writer(store) as writer:

        def bring(first: int) -> None:
            for number in range(first, first + 20):
                report = builders.report(sandbox_id=sandbox_id(number), data_id=f"bz{number}")
                done.append(writer.put(arrival(store, report, original=b"%d" % (number // 2))))

        threads = [threading.Thread(target=bring, args=(first,)) for first in (0, 20, 40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    outcomes = [one.result(timeout=0).outcome for one in done]
    assert (outcomes.count("stored"), outcomes.count("duplicate")) == (30, 30)
    assert store.database.value("SELECT count(*) FROM reports") == 30


def test_a_writer_that_is_gone_takes_nothing(store: Store) -> None:
    one = arrival(store, builders.report(sandbox_id=sandbox_id(1)), original=b"1")
    with Writer(store) as writer:
        pass
    with pytest.raises(StoreError, match="nobody"):
        writer.put(one)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_a_writer_that_broke(store: Store) -> None:
    with Writer(store) as writer:
        waiting = writer.put(None)  # type: ignore[arg-type]
        with pytest.raises(StoreError):
            waiting.result(timeout=30)


def test_a_fault_of_the_store_reaches_all_who_wait(store: Store) -> None:
    one = arrival(store, builders.report(sandbox_id=sandbox_id(1)), original=b"1")
    with Writer(store) as writer:
        store.database.close()
        first, second = writer.put(one), writer.put(one)
        for waiting in (first, second):
            with pytest.raises(StoreError):
                waiting.result(timeout=30)

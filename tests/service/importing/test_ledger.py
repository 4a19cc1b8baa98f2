"""What the store says while reports are read."""

import pytest

from fulgurite.errors import InputError
from fulgurite.model.hashes import digests_of, sha256_of
from fulgurite.service.importing import NoLedger, StoreLedger
from fulgurite.service.importing.messages import Head
from fulgurite.service.submit import submit
from fulgurite.store import Store
from fulgurite.store.reports import Subject
from tests.fakes import FakeClock

DATA = b"MZ one"
MD5, SHA1, SHA256 = digests_of(DATA)


def _head(**fields: object) -> Head:
    known = {"position": 0, "format": "x", "sha256": None, "sha1": None, "md5": None}
    more = {"sandbox_id": None, "data_id": None, "rescan_available": None}
    return Head(**{**known, **more, **fields})  # type: ignore[arg-type]


def test_known_digests_complete_what_a_report_says(store: Store, clock: FakeClock) -> None:
    ledger = StoreLedger(store)
    assert ledger.subject(_head(md5=MD5), None) == Subject(md5=MD5)
    submit(store, DATA, options=None, file_name=None, key_id=None, now=clock())
    assert ledger.subject(_head(md5=MD5), None) == Subject(SHA256, SHA1, MD5)
    names = ledger.names(_head(md5=MD5), Subject(SHA256, SHA1, MD5), clock())
    assert names.rescan_available
    assert not ledger.names(_head(rescan_available=False), Subject(SHA256), clock()).rescan_available


def test_a_hash_that_is_not_that_of_the_file_given_is_refused(store: Store, clock: FakeClock) -> None:
    submit(store, DATA, options=None, file_name=None, key_id=None, now=clock())
    other = digests_of(b"other").md5
    with pytest.raises(InputError) as error:
        StoreLedger(store).subject(_head(sha256=SHA256, md5=other), SHA256)
    assert all(word in str(error.value) for word in (other, MD5, SHA256))
    # What nobody told is the report's own word.
    assert StoreLedger(store).subject(_head(sha256=SHA256, md5=other), None).md5 == other


def test_a_name_of_the_source_is_given_once(store: Store, clock: FakeClock) -> None:
    ledger = StoreLedger(store)
    first, second = (ledger.names(_head(sandbox_id="5f" * 12), Subject(SHA256), clock()) for _ in range(2))
    assert first.sandbox_id == "5f" * 12
    assert second.sandbox_id != "5f" * 12
    assert ledger.names(_head(sandbox_id="../x"), Subject(SHA256), clock()).sandbox_id != "../x"


def test_an_empty_ledger_knows_nothing(clock: FakeClock) -> None:
    ledger = NoLedger()
    subject = ledger.subject(_head(md5=MD5), SHA256)
    assert subject == Subject(md5=MD5)
    assert ledger.remembered(sha256_of(b""), "") is None
    assert ledger.imported(sha256_of(b""), 0, subject) is None
    assert ledger.names(_head(), subject, clock()).md5 == MD5

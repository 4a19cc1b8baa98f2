"""One analysis as one file."""

from datetime import UTC, datetime

import pytest

from fulgurite.errors import NotFound
from fulgurite.importers import read
from fulgurite.model import report as native
from fulgurite.service import evidence, export
from fulgurite.store import Store
from tests import builders
from tests.imports import import_report

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("form", export.FORMS)
def test_a_file_is_made_of_what_is_kept(store: Store, form: export.Form) -> None:
    kept = builders.report(builders.file_write("C:\\needle"), sandbox_id="5f" * 12, reasons=("a reason",))
    import_report(store, native.encode(kept), name=None, sha256=None, now=NOW)
    data = export.exported(store, "5f" * 12, form)
    assert b"a reason" in data
    if form == "native":
        assert read(data) == evidence.report(store, "5f" * 12)
    else:
        assert data.startswith(b"<!doctype html>")


@pytest.mark.parametrize("form", export.FORMS)
def test_what_is_not_there_is_told(store: Store, form: export.Form) -> None:
    with pytest.raises(NotFound):
        export.exported(store, "0" * 24, form)

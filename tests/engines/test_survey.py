"""What can be used on this machine."""

import pytest

from fulgurite.engines import available, survey
from fulgurite.engines.survey import survey as surveyed


def test_the_engines_that_run_samples_are_found() -> None:
    found = {entry.name: entry for entry in surveyed()}
    for engine in available():
        assert found[engine.name].is_found
        assert found[engine.name].version == engine.version
        assert found[engine.name].install is None


def test_what_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        survey, "_KNOWN", (survey._Known("x", ("no_such_module",), "no-such", "nothing", "install it"),)
    )
    (entry,) = surveyed()
    assert (entry.is_found, entry.version, entry.install) == (False, None, "install it")
    assert "no-such" in (entry.reason or "")

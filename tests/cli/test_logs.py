"""Logs: nothing hostile reaches the terminal, tracebacks stay readable."""

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.cli.logs import JsonFormatter, SafeFormatter, use


def test_hostile_text_is_escaped_line_by_line() -> None:
    record = logging.LogRecord("x", logging.WARNING, "f", 1, "name %r is %s", ("a", "\x1b[2J\u202e"), None)
    assert SafeFormatter("%(levelname)s %(message)s").format(record) == "WARNING name 'a' is \\x1b[2J\\u202e"
    record = logging.LogRecord("x", logging.WARNING, "f", 1, "first\n  second\r", (), None)
    assert SafeFormatter("%(message)s").format(record) == "first\n  second\\x0d"


@given(st.text())
def test_as_json_each_record_is_one_line(text: str) -> None:
    try:
        raise ValueError(text)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "%s", (text,), sys.exc_info())
    line = JsonFormatter().format(record)
    told = json.loads(line)
    assert line.isascii()
    assert line.isprintable()
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "x", text)
    assert "ValueError" in told["error"]


def test_the_form_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = logging.StreamHandler()
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    use("text")
    assert handler.formatter is None
    use("json")
    assert isinstance(handler.formatter, JsonFormatter)

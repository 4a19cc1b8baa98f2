"""Logs: nothing hostile reaches the terminal, tracebacks stay readable."""

import logging

from fulgurite.cli.logs import SafeFormatter


def test_hostile_text_is_escaped_line_by_line() -> None:
    record = logging.LogRecord("x", logging.WARNING, "f", 1, "name %r is %s", ("a", "\x1b[2J\u202e"), None)
    assert SafeFormatter("%(levelname)s %(message)s").format(record) == "WARNING name 'a' is \\x1b[2J\\u202e"
    record = logging.LogRecord("x", logging.WARNING, "f", 1, "first\n  second\r", (), None)
    assert SafeFormatter("%(message)s").format(record) == "first\n  second\\x0d"

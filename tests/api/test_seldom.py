"""Not a line of the log for each request."""

import logging

import pytest

from fulgurite.api.seldom import PAUSE_S, Seldom


def test_it_is_said_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([0.0, 0.0, 1.0, PAUSE_S - 0.1, PAUSE_S, PAUSE_S + 1])
    seldom = Seldom(logging.getLogger("test"), clock=lambda: next(times))
    for number in range(5):
        seldom.error("number %d", number)
    assert [record.getMessage() for record in caplog.records] == ["number 0", "number 3"]

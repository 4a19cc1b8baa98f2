"""Names and addresses asked for by programs."""

from collections.abc import Callable

import pytest

from fulgurite.model.events import DnsAnswer, DnsQuery
from tests.engines.emulator.conftest import RunResult
from tests.engines.emulator.hooks.steps import SOCKETS

BITS = pytest.mark.parametrize("bits", [64, 32])


@BITS
def test_each_way_of_asking_is_a_query(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = SOCKETS
    run = run_of(program, bits, *flags)
    assert [(query.name, query.type) for query in run.events(DnsQuery)] == [
        ("plain.benign.test", "A"),
        ("own.benign.test", "A"),
        ("wide.benign.test", "A"),
        ("wide.benign.test", "AAAA"),
        ("nosuch.invalid", "A"),
        ("nosuch.invalid", "AAAA"),
        ("query.benign.test", "A"),
    ]


@BITS
def test_answers_are_the_same_in_every_process(run_of: Callable[..., RunResult], bits: int) -> None:
    program, *flags = SOCKETS
    run = run_of(program, bits, *flags)
    answers = {(answer.name, answer.type): answer.values for answer in run.events(DnsAnswer)}
    assert answers["plain.benign.test", "A"] == ("198.51.100.13",)
    assert answers["nosuch.invalid", "A"] == ()
    assert answers["wide.benign.test", "AAAA"][0].startswith("2001:db8::")

"""Values of Sigma's: wildcards, modifiers, numbers, networks, what is absent."""

import pytest

from fulgurite.model.events import FlowStart
from tests.rules.sigma.written import labels, read, rule

HIT = ["one_0"]


def _matches(test: str) -> bool:
    return labels(rule(f"selection:\n    {test}\n    Image|endswith: cmd.exe\ncondition: selection")) == HIT


@pytest.mark.parametrize(
    ("test", "is_match"),
    [
        ("CommandLine: 'CMD.exe /c WHOAMI /all'", True),
        ("CommandLine: 'whoami'", False),
        ("CommandLine: '*whoami*'", True),
        ("CommandLine: 'cmd.exe /? whoami*'", True),
        ("CommandLine|contains: whoami", True),
        ("CommandLine|contains|all: [whoami, /all]", True),
        ("CommandLine|contains|all: [whoami, /none]", False),
        ("CommandLine|startswith: cmd", True),
        ("CommandLine|endswith: /all", True),
        ("CommandLine|contains|windash: '-all'", True),
        ("CommandLine|cased|contains: WHOAMI", False),
        ("CommandLine|cased|contains: whoami", True),
        ("CommandLine|re: 'who(ami|are)'", True),
        ("CommandLine|re: 'WHO(ami|are)'", False),
        ("CommandLine|re|i: 'WHO(ami|are)'", True),
        ("CommandLine|contains: '\\*'", False),
        ("OriginalFileName: null", True),
        ("OriginalFileName|exists: false", True),
        ("CommandLine|exists: true", True),
        ("CommandLine: null", False),
        ("ProcessId: 404", True),
        ("ProcessId|gt: 403", True),
        ("ProcessId|lt: 100", False),
        ("ProcessId|startswith: '40'", True),
    ],
)
def test_values(test: str, is_match: bool) -> None:
    assert _matches(test) is is_match


def test_a_network() -> None:
    text = rule("selection:\n    DestinationIp|cidr: 192.0.2.0/24\ncondition: selection", category="network_connection")
    assert labels(text, [FlowStart(flow=1, proto="tcp", remote_addr="192.0.2.9")]) == HIT
    assert labels(text, [FlowStart(flow=1, proto="tcp", remote_addr="198.51.100.9")]) == []


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("CommandLine|re: 'a(?=b)'", "invalid perl operator"),
        ("CommandLine|contains|expand: '%name%'", "placeholders must be filled in"),
        ("CommandLine|fieldref: Image", "cannot be compared with another field"),
        ("Image|gt: 7", "is no number"),
    ],
)
def test_what_has_no_meaning_here_is_named(test: str, reason: str) -> None:
    found = read(rule(f"selection:\n    {test}\ncondition: selection"))
    assert len(found.faults) == 1
    assert found.faults[0].startswith("0.yml:1: ")
    assert reason in found.faults[0]
    assert found.rules.rules == ()

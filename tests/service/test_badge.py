"""The badge is a well-formed picture that says its verdict."""

from xml.etree import ElementTree as ET

import pytest

from fulgurite.model.verdict import Verdict
from fulgurite.service.badge import SIZES, badge


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.MALICIOUS, "Threat detected"),
        (Verdict.SUSPICIOUS, "Suspicious"),
        (Verdict.BENIGN, "No threat detected"),
        (Verdict.UNKNOWN, "No information available"),
    ],
)
def test_a_badge(verdict: Verdict, words: str, size: str) -> None:
    drawn = ET.fromstring(badge(verdict, size))  # noqa: S314 - our own
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    texts = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["fulgurite", words]

"""What headers say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.problems import Problem
from fulgurite.api.wire import Choices, normal, wanted
from fulgurite.model.task import RunOptions

CHOICES = Choices()


def test_nothing_asked_is_no_analysis() -> None:
    asked = wanted([(b"apikey", b"x"), (b"content-type", b"application/octet-stream")], CHOICES)
    assert asked.options is None
    assert asked.file_name is None


@pytest.mark.parametrize("timeout", [b"sandbox_timeout", b"sandbox-timeout"])
@pytest.mark.parametrize("browser", [b"sandbox_browser", b"sandbox-browser"])
def test_both_spellings_of_a_header(timeout: bytes, browser: bytes) -> None:
    asked = wanted([(b"sandbox", b"windows7"), (timeout, b"medium"), (browser, b"chrome")], CHOICES)
    assert asked.options == RunOptions(system="windows7", timeout="medium", browser="chrome")


@pytest.mark.parametrize("value", [b"windows10", b"Windows 10", b" WINDOWS_10 ", b"windows-10"])
def test_values_are_compared_without_their_dress(value: bytes) -> None:
    assert wanted([(b"sandbox", value)], CHOICES).options == RunOptions(system="windows10")


def test_the_browser_keeps_its_own_spelling() -> None:
    asked = wanted([(b"sandbox", b"windows10"), (b"sandbox_browser", b"OS Default")], CHOICES)
    assert asked.options == RunOptions(browser="os_default")


@pytest.mark.parametrize(
    ("header", "value", "detail"),
    [
        (b"sandbox", b"windows95", "sandbox: allowed values are windows7, windows10"),
        (b"sandbox", b"", "sandbox: allowed values are windows7, windows10"),
        (b"sandbox", b"windows10\xff", "sandbox: allowed values are windows7, windows10"),
        (b"sandbox-timeout", b"eternal", "sandbox_timeout: allowed values are short, medium, long"),
        (
            b"sandbox_browser",
            b"lynx",
            "sandbox_browser: allowed values are os_default, internet_explorer, chrome, firefox, edge",
        ),
        (b"sandbox_shellcode", b"mips", "sandbox_shellcode: allowed values are x86, amd64"),
    ],
)
def test_an_unknown_value_is_refused_with_those_there_are(header: bytes, value: bytes, detail: str) -> None:
    with pytest.raises(Problem) as caught:
        wanted([(header, value)], CHOICES)
    assert caught.value.code == 400020
    assert caught.value.messages == ("Header is not valid", detail)


def test_two_different_values_of_one_thing_are_refused() -> None:
    same = [(b"sandbox", b"windows7"), (b"sandbox_timeout", b"long"), (b"sandbox-timeout", b"Long")]
    assert wanted(same, CHOICES).options == RunOptions(system="windows7", timeout="long")
    with pytest.raises(Problem, match="400020"):
        wanted([*same, (b"sandbox-timeout", b"short")], CHOICES)


def test_a_word_of_the_rule_asks_for_an_analysis() -> None:
    assert wanted([(b"rule", b"multiscan, Sandbox")], CHOICES).options == RunOptions(system="windows10")
    assert wanted([(b"rule", b"multiscan,sandboxed")], CHOICES).options is None


def test_shellcode_is_asked_for_by_header() -> None:
    asked = wanted([(b"sandbox", b"windows10"), (b"sandbox-shellcode", b"AMD64")], CHOICES)
    assert asked.options == RunOptions(shellcode="amd64")


@pytest.mark.parametrize("header", [b"filename", b"x-filename"])
def test_the_name_is_unquoted(header: bytes) -> None:
    assert wanted([(header, b"r%C3%A9sum%C3%A9%20v2.exe")], CHOICES).file_name == "résumé v2.exe"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"sandbox", b"sandbox_timeout", b"sandbox-browser", b"filename", b"rule", b"x"]),
            st.binary(max_size=80),
        )
    )
)
def test_any_headers_are_understood_or_refused(headers: list[tuple[bytes, bytes]]) -> None:
    try:
        asked = wanted(headers, CHOICES)
    except Problem as problem:
        assert problem.code == 400020  # noqa: PT017 - the other outcome is as good
    else:
        assert asked.options is None or asked.options.system in CHOICES.system


def test_normal() -> None:
    assert normal(" OS-Default_\t") == "osdefault"

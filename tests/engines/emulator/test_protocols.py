"""What programs say over their own sockets, well-formed and not."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.engines.emulator.protocols import (
    client_hello,
    dns_answer,
    dns_question,
    http_request,
    may_be_request,
)

QUERY = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03own\x04test\x00\x00\x01\x00\x01"


def hello(sni: bytes) -> bytes:
    name = b"\x00" + len(sni).to_bytes(2, "big") + sni
    server = len(name).to_bytes(2, "big") + name
    groups = b"\x00\x04\x0a\x0a\x00\x1d"
    extensions = b"\x00\x00" + len(server).to_bytes(2, "big") + server
    extensions += b"\x00\x0a" + len(groups).to_bytes(2, "big") + groups + b"\x00\x0b\x00\x02\x01\x00"
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x06\x1a\x1a\x13\x01\xc0\x2f" + b"\x01\x00"
    body += len(extensions).to_bytes(2, "big") + extensions
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(message).to_bytes(2, "big") + message


def test_a_request_is_read_to_the_end_of_its_head() -> None:
    request = http_request(b"POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbodyGET")
    assert request is not None
    assert (request.method, request.target, request.body_bytes) == ("POST", "/x", 4)
    assert request.headers == ("Host: a.test", "Content-Length: 4")
    assert request.header("host") == "a.test"
    assert request.head_bytes == 53


@pytest.mark.parametrize("data", [b"", b"GET /x HTTP/1.1\r\nHost: a", b"PING\r\n\r\n", b"get / HTTP/1.1\r\n\r\n"])
def test_what_is_no_whole_request(data: bytes) -> None:
    assert http_request(data) is None


def test_what_may_become_a_request() -> None:
    assert may_be_request(b"GE" * 1) is False
    assert may_be_request(b"GET")
    assert may_be_request(b"POST /x")
    assert not may_be_request(b"\x16\x03\x01")


def test_a_client_hello_tells_its_server_and_its_fingerprint() -> None:
    told = client_hello(hello(b"tls.test"))
    assert told is not None
    assert told.sni == "tls.test"
    assert told.ja3 == hashlib.md5(b"771,4865-49199,0-10-11,29,0", usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_client_hello_that_is_cut_off_is_none(cut: int) -> None:
    assert client_hello(hello(b"tls.test")[:-cut]) is None


def test_a_question_and_its_answer() -> None:
    question = dns_question(QUERY)
    assert question is not None
    assert (question.name, question.kind) == ("own.test", "A")
    answer = dns_answer(QUERY, question, [b"\x01\x02\x03\x04"])
    assert answer[:2] == QUERY[:2]
    assert answer.endswith(b"\x00\x04\x01\x02\x03\x04")
    assert dns_answer(QUERY, question, [])[3] & 0xF == 3
    assert dns_question(answer) is None


@given(st.binary(max_size=300), st.sampled_from([b"", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x00\x40\x01", QUERY[:12]]))
def test_any_bytes_are_read(data: bytes, start: bytes) -> None:
    http_request(start + data)
    client_hello(start + data)
    dns_question(start + data)
    may_be_request(start + data)


@given(st.binary(max_size=40), st.integers(0, 100))
def test_a_damaged_hello_is_read(noise: bytes, at: int) -> None:
    data = bytearray(hello(b"tls.test"))
    data[at : at + len(noise)] = noise
    client_hello(bytes(data))

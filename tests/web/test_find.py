"""The search field: what it leads to; pages of hashes, of addresses, of what is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model.hashes import digests_of
from fulgurite.web.find import kind_of, refanged
from tests.api.running import Running
from tests.api.test_routes import PROGRAM
from tests.web.conftest import FILE, SHA256, Keys
from tests.web.looking import look, send, text_of

DIGESTS = digests_of(FILE)
UNKNOWN = "ab" * 32


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (SHA256.upper(), f"/hash/{SHA256}"),
        (f"  {DIGESTS.md5}\n", f"/hash/{DIGESTS.md5}"),
        ("c" * 128, f"/hash/{'c' * 128}"),
        (f"{DIGESTS.md5}, {SHA256}", f"/hashes?q={DIGESTS.md5}+{SHA256}"),
        ("0123456789abcdef01234567", "/sandbox/0123456789abcdef01234567"),
        ("hxxps://evil[.]example/a?b=c", "/known?kind=url&value=https%3A%2F%2Fevil.example%2Fa%3Fb%3Dc"),
        ("evil[.]example", "/known?kind=domain&value=evil.example"),
        ("192.0.2[.]7", "/known?kind=ip&value=192.0.2.7"),
        ("2001:db8::1", "/known?kind=ip&value=2001%3Adb8%3A%3A1"),
        ("invoice.exe", "/?text=invoice.exe"),
        ("two words", "/?text=two+words"),
        (f"{SHA256} and more", f"/?text={SHA256}+and+more"),
        ("", "/"),
    ],
)
def test_what_is_typed_leads_to_a_page(web: Running, text: str, place: str) -> None:
    reply = look(web, f"/find?q={_quoted(text)}")
    assert (reply.status, reply.headers["location"]) == (303, place)


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def test_what_is_sent_by_the_large_field_leads_to_the_same(web: Running, roles: Keys) -> None:
    for text, place in (
        (SHA256, f"/hash/{SHA256}"),
        (f"{DIGESTS.md5}\r\n{SHA256}", f"/hashes?q={DIGESTS.md5}+{SHA256}"),
    ):
        assert send(web, "/find", {"q": text}, key=roles.read).headers["location"] == place
    many = send(web, "/find", {"q": "\n".join(f"{number:064x}" for number in range(2_000))}, key=roles.read)
    assert many.status == 200
    assert "1,500 more were asked for" in text_of(many)
    assert send(web, "/find", {"q": "a b " * 1_000}).headers["location"] == "/?text=" + "a+b+" * 50
    assert send(web, "/find", {"q": "x" * 20_000}).headers["location"] == "/?text=" + "x" * 200
    assert send(web, "/find", {}).headers["location"] == "/"


@given(st.text(max_size=60))
def test_any_text_is_of_some_kind_or_none(text: str) -> None:
    assert kind_of(refanged(text)) in {None, "url", "ip", "domain"}


@pytest.mark.parametrize("digest", [DIGESTS.md5, DIGESTS.sha1, SHA256, SHA256.upper()])
def test_a_hash_leads_to_the_last_analysis(web: Running, analysed: str, digest: str) -> None:
    assert look(web, f"/hash/{digest}").headers["location"] == f"/sandbox/{analysed}"


def test_a_hash_that_is_not_known_leads_to_the_form(web: Running, roles: Keys) -> None:
    reply = look(web, f"/hash/{UNKNOWN}", key=roles.submit)
    assert reply.status == 404
    assert "Not known here" in text_of(reply)
    assert 'action="/submit"' in reply.body.decode()
    assert "log in" in text_of(look(web, f"/hash/{UNKNOWN}", key=roles.read))


def test_a_file_that_was_kept_only_can_be_analysed_from_there(web: Running, roles: Keys) -> None:
    told = web.ask("POST", "/v4/file", PROGRAM + b"kept, not run").json
    reply = look(web, f"/hash/{told['sha256']}", key=roles.submit)
    assert "Not analysed yet" in text_of(reply)
    assert f'name="data_id" value="{told["data_id"]}"' in reply.body.decode()
    sent = send(web, "/again", {"data_id": told["data_id"], "system": "windows10"}, key=roles.submit)
    assert look(web, f"/hash/{told['sha256']}").headers["location"] == sent.headers["location"]


def test_what_is_no_hash_is_said_to_be_none(web: Running) -> None:
    assert look(web, "/hash/xyz").status == 400


def test_several_hashes(web: Running, analysed: str) -> None:
    reply = look(web, f"/hashes?q={SHA256}+{UNKNOWN}%0A{SHA256.upper()}+nonsense")
    assert "3 hashes, 1 with an analysis" in text_of(reply)
    assert f'href="/sandbox/{analysed}"' in reply.body.decode()
    assert "not known" in text_of(reply)
    assert "not a hash" in text_of(reply)
    assert "malicious 8/10" in text_of(reply)
    assert look(web, "/hashes?q=+").headers["location"] == "/"


def test_more_hashes_than_a_page_shows(web: Running) -> None:
    many = "+".join(f"{number:032x}" for number in range(600))
    assert "100 more were asked for" in text_of(look(web, f"/hashes?q={many}"))


def test_an_address_that_no_analysis_saw(web: Running) -> None:
    reply = look(web, "/known?kind=url&value=http%3A%2F%2Fevil.example%2F")
    assert "hxxp://evil[.]example/" in text_of(reply)
    assert "No analysis saw it" in text_of(reply)
    assert 'href="http' not in reply.body.decode()


@pytest.mark.parametrize(
    ("query", "place"),
    [("kind=ip&value=nonsense", "/?text=nonsense"), ("kind=file&value=x", "/"), ("kind=ip", "/"), ("", "/")],
)
def test_what_is_no_address_filters_the_list(web: Running, query: str, place: str) -> None:
    assert look(web, f"/known?{query}").headers["location"] == place

"""What a reader may send in."""

import re

from tests.api.running import Running
from tests.web.conftest import Keys
from tests.web.looking import look


def test_the_form_offers_what_the_server_takes(web: Running, roles: Keys) -> None:
    page = look(web, "/submit", key=roles.submit).body.decode()
    offered = web.ask("GET", "/v4/status/options").json
    for name, words in (
        ("system", "systems"),
        ("timeout", "timeouts"),
        ("browser", "browsers"),
        ("shellcode", "shellcode"),
    ):
        chosen = re.search(rf'<select name="{name}">(.*?)</select>', page, re.DOTALL)
        assert chosen is not None
        assert [word for word in re.findall('value="([^"]*)"', chosen[1]) if word not in {"", "none"}] == offered[words]
    assert 'name="unpack"' in page
    assert 'name="private"' in page
    assert 'name="url"' not in page
    assert 'name="callback"' not in page
    assert "1.0 MB" in page

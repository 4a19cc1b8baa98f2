"""What is told of webhooks: paths that are no data_id."""

import pytest

from tests.api.running import Running


@pytest.mark.parametrize("name", ["x", "%2e%2e", "a" * 200, "%00"])
def test_an_unknown_call(api: Running, name: str) -> None:
    assert api.ask("GET", f"/v4/file/webhooks/{name}").code == 404001


def test_no_calls(api: Running) -> None:
    for path in ("/v4/file/webhooks", "/v4/file/webhooks/"):
        reply = api.ask("GET", path)
        assert (reply.status, reply.body) == (200, b'{"data":[]}')
    assert api.ask("GET", "/v4/file/webhooks", key=None).code == 401006

"""Two analyses side by side, over HTTP."""

import msgspec

from fulgurite.model.comparison import KINDS, Comparison
from tests import builders
from tests.api.running import Running
from tests.store import values

FIRST, SECOND = 0xC0A0, 0xC0A1


def test_two_analyses(api: Running) -> None:
    for number, path in ((FIRST, "C:\\a"), (SECOND, "C:\\b")):
        values.imported(api.store, number, builders.sample(b"%d" % number), events=(builders.file_write(path),))
    first, second = values.sandbox_id(FIRST), values.sandbox_id(SECOND)
    reply = api.ask("GET", f"/v4/sandbox/{first}/compare/{second}?limit=1")
    assert reply.status == 200
    told = msgspec.json.decode(reply.body, type=Comparison)
    assert tuple(one.kind for one in told.kinds) == KINDS
    files = told.kinds[KINDS.index("files")]
    assert (files.first[0].value, files.second[0].value) == ("C:\\a", "C:\\b")
    assert api.ask("GET", f"/v4/sandbox/{first}/compare/{'0' * 24}").code == 404001
    assert api.ask("GET", f"/v4/sandbox/{first}/compare/%2e%2e").code == 404001
    assert api.ask("GET", f"/v4/sandbox/{first}/compare/{second}?limit=1001").code == 400028
    assert api.ask("GET", f"/v4/sandbox/{first}/compare/{second}", key=None).code == 401006

"""A reader without a browser: asks a real server for pages, with a key in the cookie, and sends forms."""

from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from urllib.parse import urlencode

from tests.api.running import Reply, Running

BOUNDARY = "----a-boundary"
OURS = {"sec-fetch-site": "same-origin"}
"""What browsers say of a request that a page of the server makes."""


def look(api: Running, path: str, *, key: str | None = "", method: str = "GET", **headers: str) -> Reply:
    """What the page at `path` answers to the holder of `key`: "" is an administrator, None nobody."""
    return api.ask_with(method, path, _given(api, key, headers), key=None)


def send(
    api: Running,
    path: str,
    fields: Mapping[str, str],
    files: Sequence[tuple[str, bytes]] = (),
    *,
    key: str | None = "",
    headers: Mapping[str, str] = OURS,
) -> Reply:
    """Sends a form as a browser does, with `files` (name and bytes) where there are any."""
    if not files:
        form = {"content-type": "application/x-www-form-urlencoded"}
        return api.ask_with("POST", path, {**form, **_given(api, key, headers)}, urlencode(fields), key=None)
    form = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    return api.ask_with("POST", path, {**form, **_given(api, key, headers)}, _parts(fields, files), key=None)


def _given(api: Running, key: str | None, headers: Mapping[str, str]) -> dict[str, str]:
    cookie = {} if key is None else {"cookie": f"fulgurite_key={key or api.key}"}
    return {**cookie, **headers}


def _parts(fields: Mapping[str, str], files: Sequence[tuple[str, bytes]]) -> bytes:
    heads = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
    heads += [
        (f'name="file"; filename="{name}"\r\nContent-Type: application/octet-stream', data) for name, data in files
    ]
    parts = [f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data for head, data in heads]
    return b"\r\n".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


_APART = frozenset(
    {"a", "button", "dd", "div", "dt", "h1", "h2", "label", "li", "option", "p", "section", "td", "th", "tr"}
)
"""Elements that a reader sees apart from the text before them."""


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._is_hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _APART:
            self.said.append(" ")
        self._is_hidden = tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._is_hidden:
            self.said.append(data)


def text_of(reply: Reply) -> str:
    """What a page says in its main part, its spaces single."""
    page = reply.body.decode()
    reader = _Text()
    reader.feed(page[page.index("<main") : page.index("</main>")])
    return " ".join("".join(reader.said).split())

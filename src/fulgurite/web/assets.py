"""Style, scripts and pictures of the pages, from the package, addressed by digest."""

from base64 import b64encode
from functools import cache
from hashlib import sha384
from importlib.resources import files
from typing import NamedTuple

from starlette.responses import Response

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
_FOLDER = files("fulgurite.web") / "static"


class Asset(NamedTuple):
    """One file."""

    name: str
    data: bytes
    media_type: str
    digest: str
    """SHA-384 in base64, as subresource integrity writes it."""

    @property
    def url(self) -> str:
        """Where the pages ask for it."""
        return f"/static/{self.name}?v={self.digest[:12].translate(_SAFE)}"

    @property
    def integrity(self) -> str:
        return f"sha384-{self.digest}"


_SAFE = str.maketrans("+/=", "-_.")


@cache
def assets() -> dict[str, Asset]:
    """All of them, by name; what is in folders of theirs as `vendor/htmx.js`."""
    found = {}
    pending = [("", _FOLDER)]
    while pending:
        prefix, folder = pending.pop()
        for entry in folder.iterdir():
            if entry.is_dir():
                pending.append((f"{prefix}{entry.name}/", entry))
                continue
            media_type = _TYPES.get(entry.name.rpartition(".")[2])
            if media_type is not None:
                data = entry.read_bytes()
                name = prefix + entry.name
                found[name] = Asset(name, data, media_type, b64encode(sha384(data).digest()).decode())
    return found


def response_of(asset: Asset) -> Response:
    """The file, to be kept by the browser as long as it likes: another content has another address."""
    headers = {"cache-control": "public, max-age=31536000, immutable", "content-type": asset.media_type}
    return Response(asset.data, headers=headers)

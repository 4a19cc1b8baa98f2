"""Style, scripts and pictures of the pages, from the package, under an address that changes with any of them."""

import gzip
from base64 import b64encode
from functools import cache
from hashlib import sha256, sha384
from importlib.resources import files
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
_FOLDERS = (files("fulgurite.web") / "static", files("fulgurite.exports.html") / "static")
"""Our own, and what the pages share with reports that stand alone; no name stands in both."""
_KEPT = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """One file."""

    name: str
    data: bytes
    media_type: str
    version: str
    """The same of all files, so that a script finds those that it imports beside itself."""

    @property
    def url(self) -> str:
        """Where the pages ask for it."""
        return f"/static/{self.version}/{self.name}"

    @property
    def integrity(self) -> str:
        """Its SHA-384, as subresource integrity writes it."""
        return f"sha384-{b64encode(sha384(self.data).digest()).decode()}"


@cache
def assets() -> dict[str, Asset]:
    """All of them, by name; what is in folders of theirs as `vendor/uplot.js`."""
    found = _found()
    whole = sha256()
    for name, data in sorted(found.items()):
        whole.update(sha256(name.encode()).digest() + sha256(data).digest())
    version = whole.hexdigest()[:16]
    return {name: Asset(name, data, _TYPES[_ending(name)], version) for name, data in found.items()}


def _found() -> dict[str, bytes]:
    found = {}
    pending = [("", folder) for folder in _FOLDERS]
    while pending:
        prefix, folder = pending.pop()
        for entry in folder.iterdir():
            if entry.is_dir():
                pending.append((f"{prefix}{entry.name}/", entry))
            elif _ending(entry.name) in _TYPES:
                found[prefix + entry.name] = entry.read_bytes()
    return found


def _ending(name: str) -> str:
    return name.rpartition(".")[2]


@cache
def _packed(asset: Asset) -> bytes:
    return gzip.compress(asset.data, mtime=0)


def response_of(asset: Asset, request: Request) -> Response:
    """The file. Browsers keep it as long as they like: another content has another address."""
    is_current = request.path_params["version"] == asset.version
    headers = {
        "cache-control": _KEPT if is_current else "no-cache",
        "content-type": asset.media_type,
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
    }
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(asset.data, headers=headers)
    return Response(_packed(asset), headers={**headers, "content-encoding": "gzip"})

"""Who looks at a page: the key in the session cookie, if any, and whether a request is of our own pages.

The cookie holds the API key itself and dies with the browser: HttpOnly, SameSite=Strict, Secure over TLS. So there is
no second kind of secret: a key that is revoked, expired or banned is so on the pages too, at once.
"""

import re
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple

from starlette.types import Scope

COOKIE = "fulgurite_key"
THEME_COOKIE = "fulgurite_theme"
_KEY = re.compile("[a-z0-9]{32}")
_THIS_MACHINE = re.compile(r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
_FORWARDED = (b"forwarded", b"via", b"x-forwarded-for", b"x-real-ip")
_LOOPBACK = ("127.", "::1", "::ffff:127.")
_THEMES = {"light", "dark"}


class Visitor(NamedTuple):
    """One who looks."""

    key: bytes | None
    """What the interface is asked with; None: nobody in particular."""
    client: tuple[str, int] | None
    """The other end of the connection."""
    theme: str | None = None
    """`light` or `dark`; None: as the system has it."""
    is_logged_in: bool = False
    """Whether the key came from the session, and not from the setting that opens the pages on this machine."""
    role: str = ""
    """`read`, `submit` or `admin`; "" for nobody."""
    name: str = ""
    """What the key is called."""


def visitor_of(scope: Scope, open_key: bytes | None) -> Visitor:
    """Who makes the request in `scope`. `open_key`: what visitors of this very machine read with; None: they log in."""
    cookies = _cookies(scope)
    client = scope.get("client")
    theme = cookies.get(THEME_COOKIE)
    raw = cookies.get(COOKIE, "")
    chosen = theme if theme in _THEMES else None
    if _KEY.fullmatch(raw) is not None:
        return Visitor(raw.encode(), client, chosen, is_logged_in=True)
    return Visitor(open_key if _is_local(scope) else None, client, chosen)


def _is_local(scope: Scope) -> bool:
    """Whether a request was made on this very machine, for a name of it.

    The name keeps out pages of others whose host name was turned to point here (DNS rebinding), the other headers
    those who come through a proxy on this machine that says so.
    """
    client, headers = scope.get("client"), dict(scope["headers"])
    return (
        client is not None
        and client[0].startswith(_LOOPBACK)
        and _THIS_MACHINE.fullmatch(headers.get(b"host", b"").decode("latin-1")) is not None
        and not any(name in headers for name in _FORWARDED)
    )


def is_of_ours(scope: Scope) -> bool:
    """Whether a request that changes something was made by a page of ours.

    Browsers say so: by Sec-Fetch-Site, else by Origin. A client that says neither is no browser, and has no cookie
    that somebody else could make it send.
    """
    headers = dict(scope["headers"])
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return bool(site == b"same-origin")
    origin = headers.get(b"origin")
    if origin is None:
        return True
    host = headers.get(b"host", b"")
    return bool(origin in {b"http://" + host, b"https://" + host})


def session_cookie(key: str, *, is_secure: bool) -> str:
    """The Set-Cookie line that begins a session with `key`; an empty key ends it."""
    ended = "; Max-Age=0" if key == "" else ""
    secure = "; Secure" if is_secure else ""
    return f"{COOKIE}={key}; Path=/; HttpOnly; SameSite=Strict{secure}{ended}"


def is_key(text: str) -> bool:
    """Whether `text` has the form of a key."""
    return _KEY.fullmatch(text) is not None


def _cookies(scope: Scope) -> dict[str, str]:
    line = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(line).items()}
    except CookieError:
        return {}

"""API keys: made, checked, listed, changed, revoked."""

import hashlib
import hmac
import secrets
import string
from datetime import datetime

import msgspec

from fulgurite.errors import InputError, NotFound
from fulgurite.model.key import Key, Role
from fulgurite.model.usage import Allowance
from fulgurite.store import Store

_ALPHABET = string.ascii_lowercase + string.digits
SECRET_CHARACTERS = 32
MAX_NAME_CHARACTERS = 100
MAX_QUOTA = 10**15
"""More than any clock's day has room for, and exact in every client's numbers."""
OPEN_NAME = "pages without a login"
"""The name of the key that pages read with where they are open."""
_ROOT = "open_key"
_ID_DIGITS = 18
"""No id in the database has more."""


def create(
    store: Store,
    name: str,
    role: Role,
    now: datetime,
    *,
    expires_at: datetime | None = None,
    allowance: Allowance = Allowance(),  # noqa: B008 - an immutable value
) -> str:
    """A new key: 32 lower-case letters and digits, to be shown once. The store keeps a digest of it only.

    Raises InputError when the name is empty, too long, not printable, all digits, or that of a key in force; for an end
    that is not to come; for a quota below 0 or over MAX_QUOTA.
    """
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS or not name.isprintable() or name != name.strip():
        raise InputError(f"expected 1 to {MAX_NAME_CHARACTERS} printable characters", where="name of the key")
    if name.isdecimal():
        raise InputError("a name of digits alone would be taken for an id", where="name of the key")
    _check_terms(now, expires_at, allowance)
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(SECRET_CHARACTERS))
    if not store.add_key(secret, name, role, now, expires_at=expires_at, allowance=allowance):
        raise InputError(f"a key named {name!r} is in force already", where="name of the key")
    return secret


def change(store: Store, key_id: int, now: datetime, *, expires_at: datetime | None, allowance: Allowance) -> Key:
    """Gives a key in force another end (None: it has none) and other quotas of its own; the key as it is then.

    Raises InputError as `create` does, NotFound.
    """
    _check_terms(now, expires_at, allowance)
    changed = store.change_key(key_id, expires_at=expires_at, allowance=allowance) if key_id < 10**_ID_DIGITS else None
    if changed is None:
        raise NotFound(f"no key in force has the id {key_id}")
    return changed


def _check_terms(now: datetime, expires_at: datetime | None, allowance: Allowance) -> None:
    if expires_at is not None and expires_at <= now:
        raise InputError("expected a time to come", where="end of the key")
    for what, quota in msgspec.structs.asdict(allowance).items():
        if quota is not None and not 0 <= quota <= MAX_QUOTA:
            raise InputError(f"expected 0 to {MAX_QUOTA}", where=f"{what} of the key")


def check(store: Store, raw: str, now: datetime) -> Key | None:
    """The key in force that `raw` is; None for anything else. Raises StoreError.

    Looked for by its digest, never compared: see `fulgurite.store.keys` for why its time tells a guesser nothing.
    """
    if len(raw) != SECRET_CHARACTERS:
        return None
    key = store.key(raw)
    return None if key is None or key.is_expired(now) else key


def listed(store: Store) -> tuple[Key, ...]:
    """All keys, revoked ones too, oldest first."""
    return store.listed_keys()


def revoke(store: Store, id_or_name: int | str, now: datetime) -> None:
    """Revokes a key, by its id (also as text) or its name, for all processes at once. Raises NotFound."""
    text = str(id_or_name)
    can_be = len(text) <= (_ID_DIGITS if text.isdecimal() else MAX_NAME_CHARACTERS) and text.isprintable()
    if not can_be or not store.revoke_key(int(text) if text.isdecimal() else text, now):
        raise NotFound(f"no key in force has the id or name {id_or_name!r}")


def for_open_pages(store: Store, now: datetime) -> str | None:
    """The secret of the key that pages read with where nobody needs to log in; made when there is none in force.

    It may read and no more. All processes of a store get the same one. None where a key of that name is somebody's own.
    """
    with store.database.write("making the key of open pages") as connection:
        connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (_ROOT, secrets.token_hex(32)))
    root = bytes.fromhex(store.database.value("SELECT value FROM meta WHERE name = ?", (_ROOT,)))
    gone = sum(key.name == OPEN_NAME and key.revoked_at is not None for key in store.listed_keys())
    drawn = hmac.new(root, b"%d" % gone, hashlib.sha256).digest()
    secret = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in drawn[:SECRET_CHARACTERS])
    store.add_key(secret, OPEN_NAME, Role.READ, now)
    return None if store.key(secret) is None else secret

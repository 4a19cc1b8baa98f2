"""Keys as those who run the service see them: what each may use, and has used."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import UnsetType

from fulgurite.errors import NotFound, StoreError
from fulgurite.model.administration import KeyEntry, Keys, NewKey, Own, Terms, Wish
from fulgurite.model.key import Key
from fulgurite.model.usage import THROTTLE, Allowance, Kind, Quotas
from fulgurite.service import keys
from fulgurite.store import Store


def listed(store: Store, defaults: Quotas, now: datetime) -> Keys:
    """All keys, newest first. `defaults` are for keys without quotas of their own. Raises StoreError."""
    used = store.usage.all_used(now)
    found = reversed(keys.listed(store))
    return Keys(keys=tuple(_entry(key, defaults, used.get(key.id, {}), now) for key in found))


def create(store: Store, wish: Wish, now: datetime) -> NewKey:
    """A new key with its secret, which is told here and never again. Raises InputError, StoreError."""
    allowance = Allowance(**msgspec.structs.asdict(wish.allowance))
    secret = keys.create(store, wish.name, wish.role, now, expires_at=wish.expires_at, allowance=allowance)
    made = store.key(secret)
    if made is None:
        raise StoreError("the key was revoked as soon as it was made")
    return NewKey(key=secret, id=made.id, name=made.name)


def change(store: Store, key_id: int, terms: Terms, defaults: Quotas, now: datetime) -> KeyEntry:
    """Gives a key in force another end or other quotas of its own: what `terms` names, no more.

    Raises InputError, NotFound, StoreError.
    """
    key = next((one for one in keys.listed(store) if one.id == key_id and one.revoked_at is None), None)
    if key is None:
        raise NotFound(f"no key in force has the id {key_id}")
    expires_at = key.expires_at if isinstance(terms.expires_at, UnsetType) else terms.expires_at
    named = {} if isinstance(terms.allowance, UnsetType) else terms.allowance
    allowance = msgspec.structs.replace(key.allowance, **named)
    changed = keys.change(store, key_id, now, expires_at=expires_at, allowance=allowance)
    return _entry(changed, defaults, store.usage.all_used(now).get(key_id, {}), now)


def revoke(store: Store, key_id: int, now: datetime) -> None:
    """Makes a key invalid; all processes follow within a second. Raises NotFound, StoreError."""
    keys.revoke(store, key_id, now)


def _entry(key: Key, defaults: Quotas, used: Mapping[str, int], now: datetime) -> KeyEntry:
    return KeyEntry(
        id=key.id,
        name=key.name,
        role=key.role,
        prefix=key.prefix,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        is_in_force=key.revoked_at is None and not key.is_expired(now),
        allowance=Own(**msgspec.structs.asdict(key.allowance)),
        quotas=key.allowance.over(defaults),
        used=Quotas(**{kind.value: used.get(kind, 0) for kind in Kind}, per_minute=used.get(THROTTLE, 0)),
    )

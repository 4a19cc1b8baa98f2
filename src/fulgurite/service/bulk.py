"""Lookups of many analyses at once: by a list of hashes, and by the first digits of a SHA-256.

Both are answered from the index alone, no body is read. Only files of which something is private cost a question to
the database, and only to one who may see it.
"""

from binascii import unhexlify
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from fulgurite.errors import InvalidHash
from fulgurite.exports.v4.scores import final_verdict, scan_results
from fulgurite.model import hashes
from fulgurite.model.base import Model
from fulgurite.model.hashes import SHA512_BYTES
from fulgurite.model.times import utc_ms_of
from fulgurite.model.verdict import MAX_SCORE, Verdict, verdict
from fulgurite.model.viewer import Viewer
from fulgurite.store import Store, observations
from fulgurite.store.db import micros
from fulgurite.store.entries import NOTHING, Entry, Privacy
from fulgurite.store.finding import Summary

MAX_HASHES = 10_000
"""Of one call."""
MAX_SUFFIXES = 1_000
"""Of one page of a lookup by prefix."""
MIN_PREFIX, MAX_PREFIX = 5, 16
"""Hex digits of a prefix. Fewer would name very many files, more nearly one: then the whole hash says no more."""
_ECHO = 128
"""Characters of a bad hash that are said back."""
_DIGITS = 64
_HASH_DIGITS = frozenset({*hashes.KINDS, hashes.SHA512_DIGITS})

_HASH_INVALID = {"code": 400064, "messages": ["The hash value is not valid"]}
_HASH_UNKNOWN = {"code": 404003, "messages": ["The hash was not found"]}
_NEVER_RUN = {"code": 404001, "messages": ["Entity was not found"]}


class Item(Model, frozen=True, kw_only=True, omit_defaults=True):
    """What is told of one hash."""

    hash: str | None
    """As it was asked for, a bad one cut to its first characters; None for what was no text."""
    status: Literal["found", "in_progress", "unknown", "invalid"]
    sandbox_id: str | None = None
    """Of the last analysis, or, where there is none, of the one in progress."""
    verdict: str | None = None
    infection_score: int | None = None
    scan_all_result_i: int | None = None
    scan_all_result_a: str | None = None
    request_time: str | None = None
    scan_in_progress: str | None = None
    """The sandbox_id of an analysis in progress."""
    error: dict[str, Any] | None = None
    """What the lookup of this hash alone would answer."""


class Match(Model, frozen=True, kw_only=True, omit_defaults=True):
    """One file whose SHA-256 has the prefix that was asked for."""

    suffix: str
    """The rest of the SHA-256, upper case."""
    verdict: str
    infection_score: int | None = None
    request_time: str


class Matches(NamedTuple):
    """A page of files."""

    matches: list[Match]
    next: str | None
    """The suffix after which the next page begins; None when there is none."""


class _Said(NamedTuple):
    """What a score says."""

    verdict: str
    infection_score: int | None
    scan_all_result_i: int | None
    scan_all_result_a: str | None


def _said(score: int) -> _Said:
    told: dict[str, Any] = scan_results(score or None)
    word: str = final_verdict(score or None)["verdict"]
    return _Said(word, told.get("infection_score"), told.get("scan_all_result_i"), told.get("scan_all_result_a"))


_BY_SCORE = tuple(_said(score) for score in range(MAX_SCORE + 1))


_encoder = msgspec.json.Encoder()


def _form(score: int) -> str:
    """The JSON of what is found with this score: hash, sandbox_id and time are to be filled in."""
    item = Item(hash="%s", status="found", sandbox_id="%s", request_time="%s", **_BY_SCORE[score]._asdict())
    return _encoder.encode(item).decode()


_FORMS = tuple(_form(score) for score in range(MAX_SCORE + 1))


def items(store: Store, texts: Sequence[object], viewer: Viewer) -> list[str]:
    """What is known of each hash, in the order given, as of one moment: the JSON of an Item each. Raises StoreError."""
    digests = [_digest(text) for text in texts]
    names = [digest if digest is None or len(digest) != SHA512_BYTES else store.named(digest) for digest in digests]
    found = iter(store.finder.summaries([name for name in names if name is not None]))
    told = []
    for text, digest, name in zip(texts, digests, names, strict=True):
        summary = None if name is None else next(found)
        if (
            summary is not None
            and summary.last != NOTHING
            and summary.running == NOTHING
            and summary.privacy is Privacy.NONE
        ):
            # As most are. A hash in hex needs no escapes.
            line = _FORMS[summary.score] % (text, summary.last.hex(), utc_ms_of(summary.requested_us))
        else:
            line = _encoder.encode(_item(store, text, name or digest, summary, viewer)).decode()
        told.append(line)
    return told


def verdict_of(store: Store, digest: str, viewer: Viewer) -> Verdict:
    """The verdict of the last analysis of a file; unknown where there is none. Raises StoreError."""
    [summary] = store.finder.summaries([bytes.fromhex(digest)])
    return verdict(_item(store, digest, bytes.fromhex(digest), summary, viewer).infection_score)


def by_prefix(store: Store, prefix: str, after: str | None) -> Matches:
    """The analysed files whose SHA-256 begins with `prefix` (hex digits), in order, those up to `after` left out.

    `after`: a whole suffix of the page before. Only what everybody may see is told. Raises InvalidHash, StoreError.
    """
    if not MIN_PREFIX <= len(prefix) <= MAX_PREFIX or not _is_hex(prefix):
        raise InvalidHash(f"expected {MIN_PREFIX} to {MAX_PREFIX} hex digits", where="prefix")
    rest = _DIGITS - len(prefix)
    if after is not None and (len(after) != rest or not _is_hex(after)):
        raise InvalidHash(f"expected the {rest} hex digits of a suffix", where="after")
    first = bytes.fromhex(prefix + (after or "0" * rest))
    found = store.index.analysed_from(first, bytes.fromhex(prefix + "f" * rest), MAX_SUFFIXES + 2)
    if after is not None and found and found[0][0] == first:
        del found[0]
    page = [_match(digest, summary, len(prefix)) for digest, summary in found[:MAX_SUFFIXES]]
    return Matches(page, page[-1].suffix if len(found) > MAX_SUFFIXES else None)


def _digest(text: object) -> bytes | None:
    try:
        return unhexlify(text) if isinstance(text, str) and len(text) in _HASH_DIGITS else None
    except ValueError:
        return None


def _is_hex(text: str) -> bool:
    return text.isascii() and all(c in "0123456789abcdefABCDEF" for c in text)


def _invalid(text: object) -> Item:
    return Item(hash=text[:_ECHO] if isinstance(text, str) else None, status="invalid", error=_HASH_INVALID)


def _item(store: Store, given: object, digest: bytes | None, summary: Summary | None, viewer: Viewer) -> Item:
    if digest is None:
        return _invalid(given)
    text = str(given)
    if summary is None:
        return Item(hash=text, status="unknown", error=_HASH_UNKNOWN)
    if summary.privacy is not Privacy.NONE:
        seen = _seen(store, digest.hex(), summary, viewer)
        if seen is None:
            return Item(hash=text, status="unknown", error=_HASH_UNKNOWN)
        summary = seen
    running = None if summary.running == NOTHING else summary.running.hex()
    if summary.last != NOTHING:
        said = _BY_SCORE[summary.score]
        return Item(
            hash=text,
            status="found",
            sandbox_id=summary.last.hex(),
            verdict=said.verdict,
            infection_score=said.infection_score,
            scan_all_result_i=said.scan_all_result_i,
            scan_all_result_a=said.scan_all_result_a,
            request_time=utc_ms_of(summary.requested_us),
            scan_in_progress=running,
        )
    if running is None:
        return Item(hash=text, status="unknown", error=_NEVER_RUN)
    return Item(hash=text, status="in_progress", sandbox_id=running, scan_in_progress=running)


def _seen(store: Store, digest: str, summary: Summary, viewer: Viewer) -> Summary | None:
    """What `viewer` sees of a file of which something is private; None when that is nothing."""
    if not store.is_known(digest, viewer):
        return None
    last = store.last_report(digest, viewer)
    running = store.newest_open_task(digest, viewer)
    return summary._replace(
        last=NOTHING if last is None else bytes.fromhex(last.sandbox_id),
        running=NOTHING if running is None else bytes.fromhex(running),
        score=0 if last is None else observations.score(store.database, last.sandbox_id) or 0,
        requested_us=0 if last is None else micros(last.requested_at),
    )


def _match(digest: bytes, summary: Entry, known: int) -> Match:
    said = _BY_SCORE[summary.score]
    return Match(
        suffix=digest.hex()[known:].upper(),
        verdict=said.verdict,
        infection_score=said.infection_score,
        request_time=utc_ms_of(summary.requested_us),
    )

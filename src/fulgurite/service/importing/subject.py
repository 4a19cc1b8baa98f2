"""Which file a report is about: its own word first, then the caller's, then a name's."""

import re

import msgspec

from fulgurite.errors import InputError, InvalidHash
from fulgurite.model import hashes
from fulgurite.model.sample import Sample

_HASH_IN_NAME = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
_SEPARATORS = re.compile(r"[/\\]")
_KINDS = {"sha256": 32, "sha1": 20, "md5": 16}


def hash_in(name: str | None) -> str | None:
    """The SHA-256 in the name or path `name`, in lower case: that of its last part that has one and only one."""
    for part in reversed(_SEPARATORS.split(name or "")):
        found: set[str] = {text.lower() for text in _HASH_IN_NAME.findall(part)}
        if len(found) == 1:
            return found.pop()
    return None


def named(sample: Sample, given: str | None, in_name: str | None) -> Sample:
    """`sample`, as a report has it, with its digests in lower case and that of who brought the report.

    `given`: a SHA-256 in lower-case hex that the caller told; `in_name`: one of a name, which is only heard where
    neither report nor caller says anything. Raises InputError when there is none at all, and when two contradict.
    """
    told = {kind: _digest(getattr(sample, kind), kind) for kind in _KINDS}
    if given is not None and told["sha256"] not in (None, given):
        raise InputError(f"the report is about {told['sha256']}, but was brought as one about {given}", where="sha256")
    if given is None and not any(told.values()):
        given = in_name
    told["sha256"] = told["sha256"] or given
    if not any(told.values()):
        raise InputError(
            "the report names no hash of its sample; give its SHA-256 with it, or in the name of its file",
            where="sample",
        )
    return msgspec.structs.replace(sample, **told, sha512=_sha512(sample.sha512))


def _sha512(text: str | None) -> str | None:
    """In lower case; None for what is none: no report is refused for a name that is one more."""
    if text is None or len(text) != hashes.SHA512_DIGITS:
        return None
    try:
        return hashes.parse_any(text).hex()
    except InvalidHash:
        return None


def _digest(text: str | None, kind: str) -> str | None:
    """The digest in lower case. Raises InputError when it is not one of its kind."""
    if text is None:
        return None
    if len(hashes.parse(text)) != _KINDS[kind]:
        raise InputError(f"expected the {kind} of the sample", where=kind)
    return text.lower()

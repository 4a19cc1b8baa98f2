"""YARA rules over bytes: the sample, the files and memory that a run left. By YARA-X, within a time a scan."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from fulgurite.model import attack
from fulgurite.model.hashes import sha256_of
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.verdict import CAPS, MAX_SCORE, MIN_SCORE
from fulgurite.rules.rule import Confidence

ENDINGS = (".yar", ".yara")
MAX_CHARACTERS = 4 << 20
"""Of one file of rules."""
SCAN_S = 20
"""What one scan of one piece of bytes may take."""
DEFAULT_SCORE = 5
"""Of a rule that says none: whoever wrote it looked for something."""
_MAX_MATCHES = 16
"""Places told of each pattern."""
_MAX_INDICATORS = 50
_OF_HUNDRED = 10
_WORD = re.compile(r"[^a-z0-9]+")


class YaraFile(NamedTuple):
    """One file of YARA rules."""

    text: str
    file: str
    """What messages call it."""


class Subject(NamedTuple):
    """A piece of bytes to be looked at."""

    name: str
    """Artifact.name; empty for the sample itself."""
    data: bytes
    procid: int | None = None


class YaraRules(NamedTuple):
    """YARA rules, compiled."""

    compiled: Any
    """yara_x.Rules; None where there are none."""
    rule_count: int
    digest: str
    """Of the texts of all files; empty where there are none."""


NO_RULES = YaraRules(None, 0, "")


class Scanned(NamedTuple):
    """What a scan came to."""

    signatures: tuple[Signature, ...] = ()
    faults: tuple[str, ...] = ()
    """What could not be looked at, or not to its end; each one plain sentence."""


def compiled(files: Sequence[YaraFile]) -> tuple[YaraRules, tuple[str, ...]]:
    """The rules of `files`, and `file:line: reason` for what is no rule; the others of such a file count.

    Other files are not included, and modules that read nothing but the bytes are there.
    """
    if not files:
        return NO_RULES, ()
    # YARA-X takes longer to load than all of the command else.
    import yara_x  # noqa: PLC0415

    compiler = yara_x.Compiler(relaxed_re_syntax=True, includes_enabled=False)
    taken, faults = list[YaraFile](), list[str]()
    for number, file in enumerate(files):
        if len(file.text) > MAX_CHARACTERS:
            faults.append(f"{file.file}:1: longer than {MAX_CHARACTERS:,} characters")
            continue
        compiler.new_namespace(f"file{number}")
        try:
            compiler.add_source(file.text, origin=file.file)
        except (yara_x.CompileError, ValueError) as error:
            faults += [f"{file.file}:{line}: {fault}" for line, fault in _told(compiler, file.file, error)]
        taken.append(file)
    rules = compiler.build()
    digest = sha256_of("\n".join(sorted(sha256_of(file.text.encode("utf-8", "replace")) for file in taken)).encode())
    count = sum(1 for _ in rules)
    return (YaraRules(rules, count, digest) if count else NO_RULES), tuple(faults)


def _told(compiler: Any, file: str, error: Exception) -> list[tuple[int, str]]:
    """The faults of this file that YARA-X knows of, with their lines."""
    found = [
        (int(one.get("line", 1)), f"YARA-X: {one.get('title', one.get('type', 'not valid'))}")
        for one in json.loads(json.dumps(compiler.errors()))
        if isinstance(one, dict) and any(label.get("code_origin") == file for label in one.get("labels", []))
    ]
    return found or [(1, f"YARA-X: {str(error).splitlines()[0] if str(error) else 'not valid'}")]


def scanned(rules: YaraRules, subjects: Iterable[Subject], scan_s: int = SCAN_S) -> Scanned:
    """The signatures of the rules that match any of `subjects`, one each with all its places.

    `scan_s` is what one scan may take.
    """
    if rules.compiled is None:
        return Scanned()
    import yara_x  # noqa: PLC0415

    scanner = yara_x.Scanner(rules.compiled)
    scanner.set_timeout(scan_s)
    scanner.max_matches_per_pattern(_MAX_MATCHES)
    found: dict[tuple[str, str], tuple[Any, list[Indicator]]] = {}
    faults: list[str] = []
    for subject in subjects:
        try:
            results = scanner.scan(subject.data)
        except (yara_x.TimeoutError, yara_x.ScanError) as error:
            faults.append(f"YARA rules did not look at {subject.name or 'the sample'} to its end: {error}")
            continue
        for rule in results.matching_rules:
            _, places = found.setdefault((rule.namespace, rule.identifier), (rule, []))
            places.append(_indicator(rule, subject))
    return Scanned(tuple(_signature(rule, places) for rule, places in found.values()), tuple(faults))


def listed(rules: YaraRules) -> tuple[Signature, ...]:
    """What each of the rules reports, without what it found."""
    return tuple(_signature(rule, []) for rule in rules.compiled or ())


def _indicator(rule: Any, subject: Subject) -> Indicator:
    places = [f"{pattern.identifier} at 0x{match.offset:x}" for pattern in rule.patterns for match in pattern.matches]
    told = ", ".join(places[:_MAX_MATCHES])
    rest = len(places) - _MAX_MATCHES
    return Indicator(
        description=f"{told} and {rest} more" if rest > 0 else told or None,
        dump_file=subject.name or None,
        resource=None if subject.name else "sample",
        procid=subject.procid,
        yara_rule=rule.identifier,
    )


def _signature(rule: Any, places: list[Indicator]) -> Signature:
    said = {name.lower(): value for name, value in rule.metadata}
    rest = len(places) - _MAX_INDICATORS
    more = (Indicator(description=f"{rest} more pieces of bytes"),) if rest > 0 else ()
    score, confidence = _score(said.get("score")), _confidence(said.get("confidence"))
    return Signature(
        name=f"YARA: {rule.identifier}",
        label="yara_" + _WORD.sub("_", rule.identifier.lower()).strip("_"),
        score=None if score is None else min(score, CAPS[confidence]),
        confidence=confidence,
        ttps=_techniques(said),
        tags=("yara", *rule.tags),
        family=_text(said, "family", "malware", "malware_family"),
        description=_text(said, "description", "desc"),
        url=_text(said, "reference", "url"),
        indicators=(*places[:_MAX_INDICATORS], *more),
        yara_rule=rule.identifier,
        is_ours=True,
    )


def _score(told: object) -> int | None:
    """Of 1-10 as it stands, of up to 100 a tenth; 0 informs."""
    if not isinstance(told, int) or isinstance(told, bool):
        return DEFAULT_SCORE
    if told <= 0:
        return None
    return told if told <= MAX_SCORE else max(MIN_SCORE, min(MAX_SCORE, -(-told // _OF_HUNDRED)))


def _confidence(told: object) -> Confidence:
    words: dict[object, Confidence] = {"low": "low", "medium": "medium", "high": "high"}
    return words.get(told, "medium")


def _techniques(said: dict[str, Any]) -> tuple[str, ...]:
    text = " ".join(str(said.get(name, "")) for name in ("attack", "mitre_att", "mitre_attack", "technique", "ttp"))
    ids = re.findall(r"\bT\d{4}(?:\.\d{3})?\b", text)
    return tuple(dict.fromkeys(one for one in ids if attack.fault(one) is None))


def _text(said: dict[str, Any], *names: str) -> str | None:
    return next((str(said[name]) for name in names if isinstance(said.get(name), str) and said[name]), None)

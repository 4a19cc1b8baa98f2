"""YARA rules over bytes: what a rule says, faults with their places, several pieces of bytes, hostile ones."""

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.rules import yara
from fulgurite.rules.yara import NO_RULES, Subject, YaraFile, compiled, scanned

RULE = """rule Hello_World : loader {
    meta:
        description = "Says hello"
        score = 75
        confidence = "high"
        attack = "T1055, T9999"
        family = "greeter"
        reference = "https://example.test/a"
    strings:
        $a = "hello"
    condition:
        $a
}
"""


def _rules(*texts: str) -> yara.YaraRules:
    rules, faults = compiled([YaraFile(text, f"{number}.yar") for number, text in enumerate(texts)])
    assert faults == ()
    return rules


def test_what_a_rule_says_and_where_it_matched_is_told() -> None:
    subjects = [Subject("", b"hello, hello"), Subject("files/1", b"...hello", 3), Subject("files/2", b"bye")]
    (found,) = scanned(_rules(RULE), subjects).signatures
    assert (found.name, found.label, found.yara_rule) == ("YARA: Hello_World", "yara_hello_world", "Hello_World")
    assert (found.score, found.confidence, found.ttps, found.family) == (8, "high", ("T1055",), "greeter")
    assert (found.description, found.url) == ("Says hello", "https://example.test/a")
    assert (found.tags, found.is_ours) == (("yara", "loader"), True)
    first, second = found.indicators
    assert (first.resource, first.dump_file, first.description) == ("sample", None, "$a at 0x0, $a at 0x7")
    assert (second.dump_file, second.procid, second.description) == ("files/1", 3, "$a at 0x3")


def test_scores_are_of_ten_or_of_a_hundred_and_bounded_by_confidence() -> None:
    rule = 'rule r {{ meta: score = {} confidence = "{}" condition: true }}'
    told = [(7, "high", 7), (100, "high", 10), (1, "high", 1), (100, "medium", 7), (9, "low", 4), (0, "high", None)]
    for said, confidence, score in told:
        (found,) = scanned(_rules(rule.format(said, confidence)), [Subject("", b"")]).signatures
        assert found.score == score
    (found,) = scanned(_rules("rule r { condition: true }"), [Subject("", b"")]).signatures
    assert (found.score, found.confidence) == (yara.DEFAULT_SCORE, "medium")


def test_faults_name_file_and_line_and_the_other_rules_count() -> None:
    broken = "rule a { condition: true }\nrule b {\n condition: nothing_like_it }\n"
    files = [YaraFile(broken, "a.yar"), YaraFile("rule ??", "b.yar"), YaraFile('include "/etc/passwd"', "c.yar")]
    rules, faults = compiled([*files, YaraFile(RULE, "d.yar"), YaraFile("x" * (yara.MAX_CHARACTERS + 1), "e.yar")])
    assert [fault.split(" ")[0] for fault in faults] == ["a.yar:3:", "b.yar:1:", "c.yar:1:", "e.yar:1:"]
    assert {one.name for one in scanned(rules, [Subject("", b"hello")]).signatures} == {"YARA: a", "YARA: Hello_World"}


def test_two_files_may_have_rules_of_one_name() -> None:
    rules = _rules("rule same { condition: true }", "rule same { condition: filesize > 2 }")
    assert [one.name for one in scanned(rules, [Subject("", b"abc")]).signatures] == ["YARA: same", "YARA: same"]


def test_a_scan_that_takes_too_long_is_told() -> None:
    slow = (
        "rule slow { condition: for all i in (0..100000000): (for all j in (0..100000): (uint8(i % 10) != j + 256)) }"
    )
    rules = _rules(slow)
    found = scanned(rules, [Subject("files/1", b"0123456789" * 10)], scan_s=1)
    assert found.signatures == ()
    assert found.faults == ("YARA rules did not look at files/1 to its end: timeout",)


def test_no_rules_find_nothing() -> None:
    assert compiled([]) == (NO_RULES, ())
    assert scanned(NO_RULES, [Subject("", b"hello")]).signatures == ()


def test_the_digest_is_of_the_texts_whatever_their_order() -> None:
    other = "rule other { condition: true }"
    assert _rules(RULE, other).digest == _rules(other, RULE).digest != _rules(RULE).digest


@given(st.text(max_size=300))
def test_no_text_ends_in_anything_but_rules_or_faults(text: str) -> None:
    rules, faults = compiled([YaraFile(text, "a.yar")])
    assert rules.rule_count >= 0
    assert all(fault.startswith("a.yar:") for fault in faults)


@given(st.binary(max_size=4096))
def test_no_bytes_end_in_anything_but_signatures(data: bytes) -> None:
    rules = _rules(
        'import "pe"\nimport "elf"\nrule r { condition: pe.is_pe or elf.type == elf.ET_EXEC or filesize > 0 }'
    )
    assert scanned(rules, [Subject("", data)]).faults == ()

"""Settings taken from a sample, flat; facts of its bytes."""

from fulgurite.exports.html.views.configuration import MAX_CONFIGS, MAX_FACTS, MAX_SETTINGS, configs, facts, properties
from fulgurite.model.config import MalwareConfig
from fulgurite.model.static import StaticFacts
from tests.builders import report


def test_values_come_flat() -> None:
    values = {"c2": [{"host": "a", "port": 80}, {"host": "b"}], "key": ["k"], "on": True, "none": None, "x": {"y": 1.5}}
    (one,) = configs(report(configs=(MalwareConfig(family="f", values=values),))).shown
    assert one.settings == (
        ("c2[0].host", "a"),
        ("c2[0].port", "80"),
        ("c2[1].host", "b"),
        ("key", "k"),
        ("on", "yes"),
        ("none", ""),
        ("x.y", "1.5"),
    )
    assert one.left == 0


def test_bounds() -> None:
    large = MalwareConfig(values={"c2": list(range(MAX_SETTINGS + 6))})
    made = configs(report(configs=(large,) * (MAX_CONFIGS + 2)))
    assert (made.shown[0].left, made.left, made.total) == (6, 2, MAX_CONFIGS + 2)
    assert configs(report(configs=(large,)), 40).left == 39


def test_facts_of_the_file() -> None:
    static = StaticFacts(sections=(".text",), imports=tuple(f"a.f{n}" for n in range(MAX_FACTS + 3)))
    sections, imports = facts(report(static=static))
    assert (sections.title, sections.shown, sections.left) == ("Sections", (".text",), 0)
    assert (imports.title, imports.total, imports.left) == ("Imports", MAX_FACTS + 3, 3)
    assert facts(report()) == ()


def test_what_the_bytes_say() -> None:
    static = StaticFacts(type="PE32", company="", original_name="a.exe")
    assert properties(report(static=static)) == (("Type", "PE32"), ("Company", ""), ("Original name", "a.exe"))
    assert properties(report()) == ()

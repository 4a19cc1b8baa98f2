"""The child's work, in this process: what it says line by line."""

import io

import msgspec

from fulgurite.service.archives import child
from fulgurite.service.archives.caps import Caps
from fulgurite.service.archives.frames import MemberLine, Order, Remark, Said, tell
from tests import archives


def said(data: bytes, kind: str = "zip", **caps: int) -> list[Said]:
    source, out = io.BytesIO(), io.BytesIO()
    tell(source, Order(kind=kind, password=None, caps=Caps(**caps)))
    source.write(data)
    source.seek(0)
    child.run(source, out)
    out.seek(0)
    lines = []
    while (line := out.readline()) != b"":
        lines.append(msgspec.json.decode(line, type=Said))
        if lines[-1].member is not None:
            out.read(lines[-1].member.size_bytes)
    return lines


def test_members_then_the_end() -> None:
    inner = archives.zipped([("b", b"2")])
    assert said(archives.zipped([("a", b"1"), ("in.zip", inner)])) == [
        Said(member=MemberLine(name="a", size_bytes=1, parent=None)),
        Said(member=MemberLine(name="in.zip", size_bytes=len(inner), parent=None)),
        Said(member=MemberLine(name="b", size_bytes=1, parent=1)),
        Said(is_end=True),
    ]


def test_a_remark_for_what_is_left_out() -> None:
    lines = said(archives.tarred([], specials=[("l", b"2")]), "tar")
    assert lines == [
        Said(remark=Remark(name="l", text="a link, device or sparse file, not taken")),
        Said(is_end=True),
    ]


def test_a_refusal_is_the_last_line() -> None:
    lines = said(archives.nested(3), depth=2)
    assert lines[-1].refused is not None
    assert (lines[-1].refused.fault, lines[-1].is_end) == ("cap", False)
    [broken] = said(b"nothing")
    assert broken.refused is not None
    assert broken.refused.fault == "broken"


def test_memory_grows_with_the_caps() -> None:
    flat, deep = Caps(depth=1, file_bytes=10), Caps(depth=3, file_bytes=10)
    assert child.memory_bytes(flat, 5) + 20 == child.memory_bytes(deep, 5)

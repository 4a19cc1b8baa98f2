"""XML of strangers, element by element, in little memory: no entities, no depth without bound, nothing fetched."""

from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from fulgurite.errors import MalformedReport

MAX_DEPTH = 64
"""Levels of elements inside one another."""
_CHUNK = 1 << 20


class Element:
    """One element with all that is in it."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""

    def child(self, name: str) -> str:
        """The text of the first child `name`, stripped; "" where there is none."""
        return next((child.text.strip() for child in self.children if child.name == name), "")


class _Builder:
    """Puts elements together; those named `whole` are handed out as soon as they end, and forgotten."""

    def __init__(self, whole: frozenset[str], take: Callable[[Element], None], where: str) -> None:
        self._whole = whole
        self._take = take
        self._where = where
        self._open: list[Element] = []
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise MalformedReport(f"its elements nest deeper than {MAX_DEPTH} levels", where=self._where)
        if self._open or name in self._whole:
            self._open.append(Element(name, attributes))
        elif self._depth == 1:
            self._take(Element(name, attributes))

    def end(self, _name: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        done = self._open.pop()
        if self._open:
            self._open[-1].children.append(done)
        else:
            self._take(done)

    def characters(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data

    def refuse(self, *_: object) -> NoReturn:
        raise MalformedReport("it declares a document type or entities, which no report needs", where=self._where)


def read(data: bytes, whole: frozenset[str], take: Callable[[Element], None], where: str) -> None:
    """Hands the root (without its children) and every element named in `whole` to `take`, in order.

    Raises MalformedReport for what is not XML, declares a document type or entities, or nests too deep.
    """
    parser = expat.ParserCreate()
    builder = _Builder(whole, take, where)
    parser.buffer_text = True
    parser.buffer_size = _CHUNK
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    # Defaults of attributes, declared once, would multiply as entities do.
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    parser.UnparsedEntityDeclHandler = builder.refuse
    parser.ExternalEntityRefHandler = builder.refuse
    try:
        for start in range(0, len(data), _CHUNK):
            parser.Parse(data[start : start + _CHUNK], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise MalformedReport(f"not XML that can be read: {error}", where=where) from error

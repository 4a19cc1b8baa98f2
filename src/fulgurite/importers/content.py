"""One document under the eyes of every importer: what they ask of it is found once, whatever the number of formats."""

from collections.abc import Iterator, KeysView
from functools import cached_property
from typing import Any

from fulgurite.errors import MalformedReport
from fulgurite.importers import jsonlines, lenient
from fulgurite.importers.counting import Count
from fulgurite.importers.normal import normal

_START_BYTES = 65_536
_SHORT_BYTES = 1 << 20
"""Lists up to this size are read with what stands in their objects; in longer ones that would be too many pieces."""


class Content:
    """The bytes of one document. Nothing of it is read before it is asked for; what was read stays for the next."""

    def __init__(self, data: bytes) -> None:
        self.data = normal(data)
        """The bytes as they came, a byte order mark left out, and values as Python spells them made JSON."""
        self._inner: dict[str, lenient.Members] = {}

    @cached_property
    def start(self) -> bytes:
        """Its first 64 KB as UTF-8, from the first character that is no space."""
        return lenient.trimmed(self.data[:_START_BYTES]).lstrip()

    @cached_property
    def text(self) -> bytes:
        """All of it as UTF-8."""
        return lenient.readable(self.data)

    @cached_property
    def keys(self) -> KeysView[str]:
        """The names in the object that it is, or in the first object of the list or of the lines that it is."""
        return self.opening.keys() or self.first.keys()

    @cached_property
    def opening(self) -> lenient.Members:
        """The members of the object that it is, or of the first element of the list; {} where that is none."""
        if self._objects is not None:
            return self._objects[0]
        return (lenient.tried(self.elements[0], lenient.Members) or {}) if self.elements else self.members

    @cached_property
    def objects(self) -> list[lenient.Members | None]:
        """The members of each element of the list that it is, None for one that is no object; [] where it is none."""
        if self._objects is not None:
            return [*self._objects]
        return [lenient.tried(one, lenient.Members) for one in self.elements]

    @cached_property
    def first(self) -> dict[str, Any]:
        """The first object of the list or of the lines that it is, or itself; {} where there is none.

        Of lines that cannot be told apart, what `start` shows is looked at.
        """
        if self.opening:
            return {name: lenient.anything(raw) for name, raw in self.opening.items()}
        return jsonlines.first(self.start) if self.start[:1] in {b"{", b"["} and self.fault is not None else {}

    @cached_property
    def members(self) -> lenient.Members:
        """The members of the object that it is, each as its JSON text; {} where it is anything else."""
        return self._top[0] if self.start[:1] == b"{" else {}

    @cached_property
    def elements(self) -> list[lenient.Raw]:
        """The elements of the list that it is, each as its JSON text; [] where it is anything else."""
        return self._top[1] if self._objects is None else lenient.read_elements(self.text, "")

    @property
    def is_broken(self) -> bool:
        """Whether it begins as an object and cannot be read as one."""
        return self.start[:1] == b"{" and self.fault is not None

    @cached_property
    def whole(self) -> Any:
        """The object or list that it is, as plain values; None where it is none."""
        if self._top[2] is not None:
            return None
        try:
            return lenient.read_anything(self.text, "")
        except MalformedReport:
            return None

    def documents(self, count: Count) -> Iterator[Any]:
        """All of the list, the lines or the one object that it is, as plain values, one by one.

        Lines that cannot be read are counted and left out.
        """
        if self.elements:
            return (lenient.anything(raw) for raw in self.elements)
        return iter([self.whole]) if self.members else jsonlines.several(self.text, count)

    @property
    def fault(self) -> str | None:
        """Why it cannot be read as an object or a list; None where it can."""
        return self._top[2]

    def inner(self, name: str) -> lenient.Members:
        """The members of the object at `name`; {} where there is none."""
        if name not in self._inner:
            raw = self.members.get(name)
            self._inner[name] = (None if raw is None else lenient.tried(raw, lenient.Members)) or {}
        return self._inner[name]

    def sections(self, where: str) -> lenient.Members:
        """As `members`. Raises MalformedReport where it is no object, `where` being the format."""
        fault = self._kind_fault(b"{")
        if fault is not None:
            raise MalformedReport(fault, where=where)
        return self.members

    def listed(self, where: str) -> list[lenient.Raw]:
        """As `elements`. Raises MalformedReport where it is no list, `where` being the format."""
        fault = self._kind_fault(b"[")
        if fault is not None:
            raise MalformedReport(fault, where=where)
        return self.elements

    def _kind_fault(self, opening: bytes) -> str | None:
        """Why it is not the object or list that begins with `opening`; None where it is."""
        if self.start[:1] != opening:
            return "expected an object of JSON" if opening == b"{" else "expected a list of JSON"
        return self._top[2]

    @cached_property
    def _objects(self) -> list[lenient.Members] | None:
        """Of a short list of objects the members of each, read at one go."""
        if self.start[:1] != b"[" or len(self.data) > _SHORT_BYTES:
            return None
        try:
            return lenient.read_objects(self.text, "") or None
        except MalformedReport:
            return None

    @cached_property
    def _top(self) -> tuple[lenient.Members, list[lenient.Raw], str | None]:
        """Members, elements (of a short list none), and what is wrong with it."""
        opening = self.start[:1]
        try:
            if opening == b"{":
                return lenient.read_members(self.text, ""), [], None
            if opening == b"[" and self._objects is not None:
                return {}, [], None
            if opening == b"[":
                return {}, lenient.read_elements(self.text, ""), None
        except MalformedReport as error:
            return {}, [], str(error)
        return {}, [], "neither an object nor a list of JSON"

"""The way through packed input down to its documents."""

from collections.abc import Callable, Iterator
from typing import Protocol

from fulgurite.errors import InputError, MalformedReport, TooLarge, UnknownFormat
from fulgurite.importers.packed import container, layouts, looks, names, series, sevens, streams, tars, zips
from fulgurite.importers.packed.caps import Budget, Caps
from fulgurite.importers.packed.document import Document

USUAL = Caps()
PASSWORDS = ("infected", "virus")
"""What archives of samples are locked with, everywhere."""
_HEAD_BYTES = 512

FormatOf = Callable[[bytes], str | None]
"""The word of the format of some bytes, or None."""


class _Archive(Protocol):
    @property
    def names(self) -> list[str]: ...
    def expect(self, wanted: list[str]) -> None:
        """Says what will be read in all: of a solid archive it comes out together, or again and again."""

    def read(self, wanted: list[str]) -> Iterator[tuple[str, bytes | InputError]]: ...


class Walk:
    """Takes one input apart."""

    def __init__(self, budget: Budget, passwords: tuple[str, ...], format_of: FormatOf) -> None:
        self._budget = budget
        self._passwords = tuple(dict.fromkeys((*passwords, *PASSWORDS)))
        self._format_of = format_of
        self._listed: list[str] = []

    def documents(self, data: bytes, name: str | None) -> Iterator[Document]:
        """The documents in `data`. Raises InputError."""
        found = False
        for document in self._taken(data, name, 1, is_given=True):
            found = True
            yield document
        if not found:
            shown = ", ".join(self._listed[:_SHOWN])
            more = f" and {len(self._listed) - _SHOWN} more" if len(self._listed) > _SHOWN else ""
            raise UnknownFormat(f"there is no report in it (it holds {shown or 'nothing'}{more})", where="archive")

    def _taken(self, data: bytes, name: str | None, depth: int, *, is_given: bool) -> Iterator[Document]:
        """The documents in `data`; of what is no packing, itself, unless it is a member that can be no report."""
        if streams.kind_of(data) is not None:
            self._check(depth)
            yield from self._stream(data, name, depth)
            return
        archive = self._archive(data)
        if archive is not None:
            self._check(depth)
            yield from self._members(archive, "" if is_given or name is None else f"{name}/", depth)
        elif is_given or looks.may_be_report(data):
            yield from self._plain(data, name)

    def _plain(self, data: bytes, name: str | None) -> Iterator[Document]:
        """What is not packed: itself, or each of several reports in it."""
        listed = series.documents(data, self._format_of)
        if listed is None:
            yield Document(name, data)
            return
        for number, document in enumerate(listed, 1):
            self._budget.members(1)
            yield Document(f"{name or 'document'}#{number}", document)

    def _check(self, depth: int) -> None:
        if depth > self._budget.caps.depth:
            raise TooLarge(f"archives in archives, more than {self._budget.caps.depth} deep; unpack it by hand")

    def _stream(self, data: bytes, name: str | None, depth: int) -> Iterator[Document]:
        reader = streams.Reader(data, Budget(self._budget.caps, len(data)))
        if tars.is_tar(reader.peek(_HEAD_BYTES)):
            prefix = "" if depth == 1 or name is None else f"{name}/"
            source = streams.Reader(data, self._budget)
            yield from self._members(_Tar(source, self._budget), prefix, depth)
            return
        yield from self._taken(streams.inflated(data, self._budget), name, depth + 1, is_given=depth == 1)

    def _archive(self, data: bytes) -> _Archive | None:
        if data.startswith(zips.MARKS):
            return zips.Zip(data, self._budget, self._passwords)
        if data.startswith(sevens.MARK):
            return sevens.SevenZip(data, self._budget, self._passwords)
        return _Tar(tars.Held(data), self._budget) if tars.is_tar(data[:_HEAD_BYTES]) else None

    def _members(self, archive: _Archive, prefix: str, depth: int) -> Iterator[Document]:
        self._listed += [prefix + name for name in archive.names[:_SHOWN]]
        groups, heap = layouts.grouped(archive.names)
        archive.expect([*heap, *(name for group in groups for name in (*group.parts, *group.beside))])
        for group in groups:
            yield from self._analysis(archive, group, prefix)
            yield from self._beside(archive, group, prefix)
        for name, content in archive.read(heap):
            whole = prefix + names.plain(name)
            if isinstance(content, InputError):
                yield Document(whole, b"", content)
            else:
                yield from self._inside(content, whole, depth)

    def _inside(self, content: bytes, name: str, depth: int) -> Iterator[Document]:
        """What a member is or holds; one that is broken spoils none beside it."""
        try:
            yield from self._taken(content, name, depth + 1, is_given=False)
        except TooLarge:
            raise
        except InputError as error:
            yield Document(name, b"", error)

    def _analysis(self, archive: _Archive, group: layouts.Group, prefix: str) -> Iterator[Document]:
        """The report of one folder, with the log beside it where both can be read."""
        found: list[tuple[str, bytes]] = []
        for name, content in archive.read(list(group.parts)):
            whole = prefix + names.plain(name)
            data = self._part(content)
            if isinstance(data, InputError):
                yield Document(whole, b"", data)
                continue
            word = self._format_of(data)
            if word in group.layout.formats:
                found.append((names.unpacked(names.plain(name)), data))
            elif word is not None:
                yield Document(whole, data)
        if len(found) > 1:
            yield Document(prefix + found[0][0], container.joined(_placed(found, group.root)))
        elif found:
            yield Document(prefix + found[0][0], found[0][1])

    def _part(self, content: bytes | InputError) -> bytes | InputError:
        """A part of an analysis, unpacked, or why it cannot be. Raises TooLarge."""
        if isinstance(content, InputError) or streams.kind_of(content) is None:
            return content
        try:
            return streams.inflated(content, self._budget)
        except MalformedReport as error:
            return error

    def _beside(self, archive: _Archive, group: layouts.Group, prefix: str) -> Iterator[Document]:
        """What lies beside the report, where it is one itself."""
        for name, content in archive.read(list(group.beside)):
            if isinstance(content, bytes) and self._format_of(content) is not None:
                yield Document(prefix + names.plain(name), content)


class _Tar:
    """A tar file as an archive: what may be a report is noted while its names are read, as it is read forwards only."""

    def __init__(self, source: tars.Source, budget: Budget) -> None:
        self._content = dict(tars.members(source, names.may_be_report, budget))

    @property
    def names(self) -> list[str]:
        return list(self._content)

    def expect(self, wanted: list[str]) -> None:
        self._content = {name: self._content[name] for name in wanted}

    def read(self, wanted: list[str]) -> Iterator[tuple[str, bytes | InputError]]:
        for name in wanted:
            yield name, self._content[name]()


def _placed(found: list[tuple[str, bytes]], root: str) -> list[tuple[str, bytes]]:
    """The parts under their names from the folder of the analysis on; where that lay in the archive is not kept.

    Where one of them lies above that folder, the folder's own name stays.
    """
    above = root[: root.rstrip("/").rfind("/") + 1]
    base = root if all(name.startswith(root) for name, _ in found) else above
    return [(name.removeprefix(base), data) for name, data in found]


_SHOWN = 5
"""Members that are named in a refusal."""


def documents(
    data: bytes, format_of: FormatOf, *, name: str | None = None, passwords: tuple[str, ...] = (), caps: Caps = USUAL
) -> Iterator[Document]:
    """The documents in `data`; what is not packed is one document itself.

    `name` is what the input is called, `passwords` are tried on what is encrypted, before those that are usual for
    samples. Raises InputError: TooLarge over a cap, MalformedReport for a damaged archive, UnknownFormat for one
    without a report.
    """
    yield from Walk(Budget(caps, len(data)), passwords, format_of).documents(data, name)

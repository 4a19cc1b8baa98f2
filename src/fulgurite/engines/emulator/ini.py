"""Texts of `.ini` files: sections of keys with values."""

from __future__ import annotations


def _sections(lines: list[str]) -> list[tuple[str, int, int]]:
    """Name, first line after the heading and line past the last of each section."""
    heads = [(line.strip()[1:].partition("]")[0].strip(), index) for index, line in enumerate(lines) if _is_head(line)]
    ends = [*[index for _, index in heads][1:], len(lines)]
    return [(name, index + 1, end) for (name, index), end in zip(heads, ends, strict=False)]


def _is_head(line: str) -> bool:
    return line.lstrip().startswith("[") and "]" in line


def _span(lines: list[str], section: str) -> tuple[int, int] | None:
    for name, start, end in _sections(lines):
        if name.lower() == section.lower():
            return start, end
    return None


def _key(line: str) -> str:
    return "" if line.lstrip().startswith(";") else line.partition("=")[0].strip().lower()


def names(text: str) -> list[str]:
    """The names of the sections."""
    return [name for name, _, _ in _sections(text.splitlines())]


def entries(text: str, section: str) -> list[tuple[str, str]]:
    """Key and value of each line of a section; a value loses the quotes around it."""
    lines = text.splitlines()
    span = _span(lines, section)
    found = []
    for line in lines[slice(*span)] if span is not None else ():
        key, sign, value = line.partition("=")
        if sign and _key(line):
            found.append((key.strip(), _unquoted(value.strip())))
    return found


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def value(text: str, section: str, key: str) -> str | None:
    """The value of a key; None when it is not there."""
    return next((value for name, value in entries(text, section) if name.lower() == key.lower()), None)


def changed(text: str, section: str, key: str | None, new: str | None) -> str:
    """`text` with the value of a key set; without a value the key goes, without a key the section."""
    lines = text.splitlines()
    span = _span(lines, section)
    if key is None:
        if span is not None:
            del lines[span[0] - 1 : span[1]]
    elif span is None:
        if new is not None:
            lines += [f"[{section}]", f"{key}={new}"]
    else:
        _change_in(lines, span, key, new)
    return "".join(line + "\r\n" for line in lines)


def _change_in(lines: list[str], span: tuple[int, int], key: str, new: str | None) -> None:
    start, end = span
    at = next((index for index in range(start, end) if _key(lines[index]) == key.strip().lower()), None)
    if at is not None:
        lines[at : at + 1] = [] if new is None else [f"{key}={new}"]
    elif new is not None:
        while end > start and not lines[end - 1].strip():
            end -= 1
        lines.insert(end, f"{key}={new}")


def replaced(text: str, section: str, pairs: list[str]) -> str:
    """`text` with a section made of the lines `pairs`."""
    text = changed(text, section, None, None)
    return text + f"[{section}]\r\n" + "".join(pair + "\r\n" for pair in pairs)

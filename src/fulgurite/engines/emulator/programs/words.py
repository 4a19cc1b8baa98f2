"""Command lines as Windows programs read them."""

from __future__ import annotations

from itertools import pairwise

MAX_WORDS = 512


def split_words(command: str) -> list[str]:
    """The arguments of a command line, the program's name first, as the C run-time splits them.

    Source: Microsoft, "Parsing C++ command-line arguments".
    """
    out: list[str] = []
    at, end = 0, len(command)
    while at < end and len(out) < MAX_WORDS:
        while at < end and command[at] in " \t":
            at += 1
        if at < end:
            word, at = _word(command, at)
            out.append(word)
    return out


def _word(command: str, at: int) -> tuple[str, int]:
    out: list[str] = []
    is_quoted = False
    while at < len(command) and (is_quoted or command[at] not in " \t"):
        slashes = 0
        while at < len(command) and command[at] == "\\":
            slashes, at = slashes + 1, at + 1
        if at < len(command) and command[at] == '"':
            out.append("\\" * (slashes // 2))
            if slashes % 2:
                out.append('"')
            else:
                is_quoted = not is_quoted
            at += 1
        else:
            out.append("\\" * slashes)
            if at < len(command) and (is_quoted or command[at] not in " \t"):
                out.append(command[at])
                at += 1
    return "".join(out), at


def option_after(words: list[str], *names: str) -> str | None:
    """The word after the first of the options `names` (lower case, with their sign), or None."""
    return next((after for word, after in pairwise(words) if word.lower() in names), None)


def has_option(words: list[str], *names: str) -> bool:
    """Whether one of the options `names` (lower case, with their sign) is given."""
    return any(word.lower() in names for word in words)

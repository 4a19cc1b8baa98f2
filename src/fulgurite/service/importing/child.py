"""The process that reads reports: gives up all it can, then takes one order after the other from standard input.

It ends when standard input does, when nothing was asked of it for a while, and by an alarm when one document takes too
long, whatever became of the process that started it.
"""

import os
import select
import signal
import sys
from pathlib import Path
from typing import IO

import msgspec

from fulgurite.engines import isolation
from fulgurite.errors import InputError
from fulgurite.rules import RuleSet
from fulgurite.service import rulebook
from fulgurite.service.importing.messages import (
    Answered,
    Began,
    End,
    Found,
    Go,
    Head,
    Names,
    Order,
    Refused,
    Rendered,
    Said,
    answer_decoder,
    line,
)
from fulgurite.service.importing.reading import read
from fulgurite.store.arrivals import Contents

IDLE_S = 60
"""A reader that nothing was asked of for so long ends: it holds memory."""
LEAVING_BYTES = 512 << 20
"""A reader that has used so much memory ends: little of it would be given back."""
_FOREVER_S = 10**9


def peak_bytes() -> int:
    """The most memory that this program has used. Not what getrusage says: that counts what its parent had before."""
    with Path("/proc/self/status").open(encoding="ascii") as file:
        peak = next(line for line in file if line.startswith("VmHWM:"))
    return int(peak.split()[1]) << 10


class Talk:
    """The reader's end of the pipes; itself who wants reports read, on behalf of the other end."""

    def __init__(self, source: IO[bytes], out: IO[bytes]) -> None:
        self._source = source
        self._out = out
        self._seconds = 0

    def order(self) -> tuple[Order, bytes] | None:
        """The next order and its bytes; None when there is none."""
        text = self._source.readline()
        if text == b"":
            return None
        order = msgspec.json.decode(text, type=Order)
        data = self._source.read(order.size_bytes)
        if len(data) < order.size_bytes:
            return None
        self._seconds = order.seconds
        return order, data

    def end(self) -> bool:
        """Says that all is read; whether the reader is to leave."""
        is_leaving = peak_bytes() > LEAVING_BYTES
        self._say(End(is_leaving=is_leaving))
        signal.alarm(0)
        return is_leaving

    def began(self) -> None:
        self._say(Began())

    def found(self, found: Found) -> bool:
        answer = self._asked(found)
        return isinstance(answer, Go) and answer.is_wanted

    def head(self, head: Head) -> Names | None:
        match self._asked(head):
            case Names() as names:
                return names
            case Refused() as refused:
                raise InputError(refused.reason)
            case _:
                return None

    def take(self, rendered: Rendered, contents: Contents) -> None:
        self._say(rendered, *(part for part in contents if part is not None))

    def refuse(self, refused: Refused) -> None:
        self._say(refused)

    def _asked(self, question: Found | Head) -> Answered:
        self._say(question)
        signal.alarm(0)
        answer: Answered = answer_decoder.decode(self._source.readline())
        signal.alarm(self._seconds)
        return answer

    def _say(self, message: Said, *parts: bytes) -> None:
        # Each word is a sign of life, and begins the time anew.
        signal.alarm(self._seconds)
        self._out.write(line(message))
        for part in parts:
            self._out.write(part)
        self._out.flush()


def serve(talk: Talk, rule_set: RuleSet, source: IO[bytes]) -> None:
    """Takes orders until there are no more."""
    while select.select([source], [], [], IDLE_S)[0]:
        work = talk.order()
        if work is None:
            return
        order, data = work
        read(data, order, talk, rule_set)
        if talk.end():
            return


def _main() -> None:
    memory_bytes = int(sys.argv[1])
    rule_set = rulebook.load([Path(folder) for folder in sys.argv[2:]]).rules
    isolation.limit(memory_bytes=memory_bytes, cpu_s=_FOREVER_S, file_bytes=1 << 20)
    isolation.confine(Path("/"))
    talk = Talk(sys.stdin.buffer, sys.stdout.buffer)
    talk.began()
    serve(talk, rule_set, sys.stdin.buffer)


if __name__ == "__main__":
    _main()
    # What is still in memory is nobody's: taking it apart would only take time.
    os._exit(0)

"""The guest's virtual clock: it stands still unless the guest calls or sleeps, so runs repeat to the byte."""

_CALL_US = 15
"""Microseconds that one API call takes in the guest: the order of a real system call with its monitor."""

_LOOKS = 256
"""Looks at the clock, one after the other, after which the guest is taken to wait by looking."""
_MAX_LOOK_US = 250_000


class Clock:
    """Time in the guest. Every time API reads it, every sleep advances it."""

    def __init__(self, boot_ms: int, epoch_s: int) -> None:
        self._us = 0
        self._boot_ms = boot_ms
        self._epoch_s = epoch_s
        self._looks = self._looked_at = self._calls = 0

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began."""
        return self._us // 1000

    @property
    def now_us(self) -> int:
        """Microseconds since the run began."""
        return self._us

    @property
    def uptime_ms(self) -> int:
        """Milliseconds since the guest was booted: what GetTickCount64 answers."""
        return self._boot_ms + self.now_ms

    @property
    def filetime(self) -> int:
        """The guest's date as a FILETIME: 100 ns since 1601-01-01 UTC."""
        return (self._epoch_s + 11_644_473_600) * 10_000_000 + self._us * 10

    @property
    def unix_s(self) -> int:
        """The guest's date as seconds since 1970-01-01 UTC."""
        return self._epoch_s + self._us // 1_000_000

    def call(self) -> None:
        """Advances by the time of one API call."""
        self._us += _CALL_US
        self._calls += 1

    def look(self) -> None:
        """A program asks for the time. One that does nothing else waits for it: then time goes ever faster."""
        if self._calls - self._looked_at > 1:
            self._looks = 0
        self._looked_at = self._calls
        self._looks += 1
        if self._looks > _LOOKS:
            self._us += min(_CALL_US << min((self._looks - _LOOKS) // 64, 20), _MAX_LOOK_US)

    def sleep(self, ms: int) -> None:
        """Advances by a sleep or a wait of `ms` milliseconds (0 or more)."""
        self._us += max(ms, 0) * 1000

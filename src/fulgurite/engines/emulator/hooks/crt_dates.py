"""Dates of the C run-time: the parts of a time, and dates as text. The guest lives in UTC."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fulgurite.engines.emulator.call import Call, Hook, crt
from fulgurite.engines.emulator.crt import EINVAL, scratch

MAX_TIME = 32_535_244_799
"""The last second of the year 3000, as far as the run-time goes."""
_FIELDS = 9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _date(seconds: int) -> datetime | None:
    return _EPOCH + timedelta(seconds=seconds) if 0 <= seconds <= MAX_TIME else None


def _parts(date: datetime) -> bytes:
    """`date` as a struct tm."""
    day = (date.weekday() + 1) % 7
    of_year = date.timetuple().tm_yday - 1
    return struct.pack(
        "<9i", date.second, date.minute, date.hour, date.day, date.month - 1, date.year - 1900, day, of_year, 0
    )


def _from_parts(data: bytes) -> datetime | None:
    """The date of a struct tm, whose fields may be out of range as mktime allows."""
    if len(data) != 4 * _FIELDS:
        return None
    second, minute, hour, day, month, year = struct.unpack("<9i", data)[:6]
    year, month = year + 1900 + month // 12, month % 12 + 1
    try:
        return datetime(year, month, 1, tzinfo=UTC) + timedelta(
            days=day - 1, hours=hour, minutes=minute, seconds=second
        )
    except (ValueError, OverflowError):
        return None


def _is_long(call: Call) -> bool:
    """Whether a time_t has 64 bits in this call."""
    return not call.name.endswith("32") and (call.pointer_bytes == 8 or "64" in call.name)  # noqa: PLR2004


def _time_at(call: Call, address: int) -> int:
    size = 8 if _is_long(call) else 4
    data = call.read(address, size)
    return int.from_bytes(data, "little", signed=True) if data else -1


def parts(call: Call) -> int:
    """gmtime(*time) and localtime: the address of a struct tm, the same at each call; 0 for times out of range."""
    date = _date(_time_at(call, call.args[0]))
    return 0 if date is None else scratch(call, "tm", _parts(date))


def parts_checked(call: Call) -> int:
    """gmtime_s(*tm, *time) and localtime_s."""
    date = _date(_time_at(call, call.args[1]))
    if date is None or not call.write(call.args[0], _parts(date)):
        return EINVAL
    return 0


def make_time(call: Call) -> int:
    """mktime(*tm), _mkgmtime: the time; the fields of the struct are put into their ranges."""
    date = _from_parts(call.read(call.args[0], 4 * _FIELDS))
    seconds = -1 if date is None else (date - _EPOCH) // timedelta(seconds=1)
    if date is None or not 0 <= seconds <= MAX_TIME:
        seconds = -1
    else:
        call.write(call.args[0], _parts(date))
    if _is_long(call) and call.pointer_bytes == 4:  # noqa: PLR2004
        call.emu.reg_write("edx", seconds >> 32 & 0xFFFFFFFF)
    return seconds & ((1 << 8 * call.pointer_bytes) - 1)


def _english(date: datetime) -> str:
    """`Thu May  2 08:00:00 2024` and a line end, as asctime writes it."""
    day, month = _DAYS[(date.weekday() + 1) % 7][:3], _MONTHS[date.month - 1][:3]
    return f"{day} {month} {date.day:02d} {date:%H:%M:%S} {date.year}\n"


def as_text(call: Call) -> int:
    """ctime(*time), asctime(*tm): the address of its text; 0 for times out of range."""
    if "asctime" in call.name:
        date = _from_parts(call.read(call.args[0], 4 * _FIELDS))
    else:
        date = _date(_time_at(call, call.args[0]))
    if date is None:
        return 0
    return scratch(call, "ctime", call.encoded(_english(date), wide="_w" in call.name))


_FORMATS: dict[str, Callable[[datetime], str]] = {
    "a": lambda d: _DAYS[(d.weekday() + 1) % 7][:3],
    "A": lambda d: _DAYS[(d.weekday() + 1) % 7],
    "b": lambda d: _MONTHS[d.month - 1][:3],
    "B": lambda d: _MONTHS[d.month - 1],
    "c": lambda d: f"{d:%m/%d/%y %H:%M:%S}",
    "d": lambda d: f"{d.day:02d}",
    "D": lambda d: f"{d:%m/%d/%y}",
    "F": lambda d: f"{d.year:04d}-{d:%m-%d}",
    "H": lambda d: f"{d.hour:02d}",
    "I": lambda d: f"{d.hour % 12 or 12:02d}",
    "j": lambda d: f"{d:%j}",
    "m": lambda d: f"{d.month:02d}",
    "M": lambda d: f"{d.minute:02d}",
    "n": lambda _: "\n",
    "p": lambda d: "AM" if d.hour < 12 else "PM",  # noqa: PLR2004 - noon
    "R": lambda d: f"{d:%H:%M}",
    "S": lambda d: f"{d.second:02d}",
    "t": lambda _: "\t",
    "T": lambda d: f"{d:%H:%M:%S}",
    "U": lambda d: f"{d:%U}",
    "w": lambda d: str((d.weekday() + 1) % 7),
    "W": lambda d: f"{d:%W}",
    "x": lambda d: f"{d:%m/%d/%y}",
    "X": lambda d: f"{d:%H:%M:%S}",
    "y": lambda d: f"{d.year % 100:02d}",
    "Y": lambda d: str(d.year),
    "z": lambda _: "+0000",
    "Z": lambda _: "Coordinated Universal Time",
    "%": lambda _: "%",
}


def formatted(pattern: str, date: datetime) -> str:
    """`pattern` as strftime writes it of `date`; a letter that is unknown gives nothing."""
    out: list[str] = []
    letters = iter(pattern)
    for letter in letters:
        if letter != "%":
            out.append(letter)
            continue
        field = next(letters, "")
        row = _FORMATS.get(next(letters, "") if field == "#" else field)
        out.append("" if row is None else row(date))
    return "".join(out)


def format_time(call: Call) -> int:
    """strftime(buffer, size, format, *tm) and wcsftime: the characters written, 0 when they do not fit."""
    wide = "wcs" in call.name
    date = _from_parts(call.read(call.args[3], 4 * _FIELDS))
    if date is None:
        return 0
    text = formatted(call.text(call.args[2], wide=wide), date)
    return len(text) if call.write_text(call.args[0], text, call.args[1], wide=wide) else 0


def text_of_day(call: Call) -> int:
    """_strdate(buffer), _strtime(buffer): `05/02/24`, `08:00:00`."""
    date = _date(call.guest.clock.unix_s)
    if date is None:
        return 0
    text = f"{date:%H:%M:%S}" if "time" in call.name else f"{date:%m/%d/%y}"
    call.write_text(call.args[0], text, 9, wide="_w" in call.name)
    return call.args[0]


def _spelled(*names: str) -> tuple[str, ...]:
    """A function of a time_t, and its forms of 32 and 64 bits."""
    return tuple(f"{lead}{name}{bits}" for name in names for lead, bits in (("", ""), ("_", "32"), ("_", "64")))


_CHECKED = tuple(name for base in ("gmtime", "localtime") for name in (f"{base}_s", f"_{base}32_s", f"_{base}64_s"))
_TEXTS = (*_spelled("ctime"), "asctime", "_wasctime", "_wctime", "_wctime32", "_wctime64")

HOOKS: tuple[Hook, ...] = (
    *(crt(name, 1, parts) for name in _spelled("gmtime", "localtime")),
    *(crt(name, 2, parts_checked) for name in _CHECKED),
    *(crt(name, 1, make_time) for name in _spelled("mktime")),
    *(crt(name, 1, make_time) for name in ("_mkgmtime", "_mkgmtime32", "_mkgmtime64")),
    *(
        crt(name, 1, as_text)
        for name in (*_spelled("ctime"), "asctime", "_wasctime", "_wctime", "_wctime32", "_wctime64")
    ),
    crt("strftime", 4, format_time),
    crt("wcsftime", 4, format_time),
    *(crt(name, 1, text_of_day) for name in ("_strdate", "_strtime", "_wstrdate", "_wstrtime")),
)

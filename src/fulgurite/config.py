"""Settings, read once: built-in defaults, then a file in the data directory, then FULGURITE_* variables, then the call.

Nothing below this room reads a setting: values go down as arguments. Every field stands in docs/configuration.md.
"""

import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from fulgurite.errors import InputError

FILE_NAME = "fulgurite.toml"
"""The optional file of settings, in the data directory."""
PREFIX = "FULGURITE_"
DATA_VARIABLE = PREFIX + "DATA"
"""Names the data directory; no setting, since the file of settings lies there."""

MAX_QUOTA = 10**15
"""What JSON's readers take for a whole number, everywhere."""
Words = tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...]

Paths = tuple[Annotated[str, Meta(min_length=1, max_length=4096)], ...]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator may choose."""

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    """The port to listen on; 0 takes a free one."""
    processes: Annotated[int, Meta(ge=1, le=32)] = 1
    """How many server processes answer requests."""
    max_connections: Annotated[int, Meta(ge=1)] = 10_000
    """How many connections one server process serves at once; on more, requests are answered with 429002."""
    max_unsent_bytes: Annotated[int, Meta(ge=1)] = 256 * 1024 * 1024
    """How much of its answers one server process keeps for slow readers; beyond that, requests get 503000."""
    cached_bytes: Annotated[int, Meta(ge=0)] = 64 * 1024 * 1024
    """How much memory one server process uses to keep bodies inflated, for clients that take no gzip; 0: none."""
    drain_seconds: Annotated[int, Meta(ge=1, le=3600)] = 10
    """How long open requests may go on when a server process is to end."""
    open_metrics: bool = False
    """Whether `GET /metrics` is answered to other machines."""
    access_log: str = ""
    """The file that requests are noted in, as lines of JSON; `-` is standard error; empty: none."""
    log_format: Literal["text", "json"] = "text"
    """How the server and its workers write what they have to say on standard error."""
    hot_path: bool = True
    """Whether lookups are answered before the application is asked; `false` costs speed and changes no answer."""
    compiled: bool = True
    """Whether the plainest lookups are answered by compiled code, where it was built; `false` costs speed only."""
    workers: Annotated[int, Meta(ge=1, le=256)] = 1
    """How many worker processes the server starts; each runs one sample at a time."""
    max_upload_bytes: Annotated[int, Meta(ge=1)] = 256 * 1024 * 1024
    """The largest file taken, and the largest report imported, in bytes."""
    systems: Annotated[Words, Meta(min_length=1)] = ("windows10", "windows7")
    """Values of the `sandbox` header that are taken."""
    timeouts: Annotated[Words, Meta(min_length=1)] = ("short", "medium", "long")
    """Values of the `sandbox_timeout` header that are taken: names of time profiles that the engines know."""
    browsers: Annotated[Words, Meta(min_length=1)] = ("os_default", "internet_explorer", "chrome", "firefox", "edge")
    """Values of the `sandbox_browser` header that are taken. Only `os_default` is of the vendor's documentation."""
    daily_sandbox: Annotated[int, Meta(ge=0, le=MAX_QUOTA)] = 1_000_000
    """How many analyses a key may ask for in a day, when it has no quota of its own."""
    daily_prevention: Annotated[int, Meta(ge=0, le=MAX_QUOTA)] = 1_000_000
    """How many files a key may send in a day without an analysis, when it has no quota of its own."""
    daily_reputation: Annotated[int, Meta(ge=0, le=MAX_QUOTA)] = 1_000_000_000
    """How many lookups a key may make in a day, when it has no quota of its own."""
    per_minute: Annotated[int, Meta(ge=0, le=MAX_QUOTA)] = 60_000
    """How many submissions, rescans and bulk lookups a key may make in a minute, when it has no limit of its own."""
    bad_keys: Annotated[int, Meta(ge=0, le=MAX_QUOTA)] = 20
    """How many wrong keys an address may send within `ban_seconds`; from then on they are answered with 403002."""
    ban_seconds: Annotated[int, Meta(ge=1, le=366 * 86_400)] = 3600
    """How long an address is answered so; it begins anew with every further wrong key."""
    rules: Words = ("multiscan", "sanitize", "cdr", "unarchive", "dlp", "sandbox")
    """Words of the `rule` header that are taken; others are refused. Only `unarchive` and `sandbox` change anything."""
    rule_folders: Paths = ("rules",)
    """The operator's folders of rules, with all below them; relative to the data directory. See docs/rules.md."""
    extractor_folders: Paths = ("extractors",)
    """The operator's folders of extractors (Python, of maco's interface); relative to the data directory."""
    private_processing: bool = True
    """Whether `privateprocessing: 1` is taken: what is sent with it is seen by its own key and administrators only."""
    archive_entries: Annotated[int, Meta(ge=1, le=100_000)] = 500
    """How many files and links an archive may hold, those of archives in it included."""
    archive_total_bytes: Annotated[int, Meta(ge=1)] = 512 * 1024 * 1024
    """How much may come out of an archive, in bytes."""
    archive_file_bytes: Annotated[int, Meta(ge=1)] = 256 * 1024 * 1024
    """How large one file in an archive may be, in bytes."""
    archive_ratio: Annotated[int, Meta(ge=1)] = 200
    """How many times its own size may come out of an archive; 16 MiB may in any case."""
    archive_depth: Annotated[int, Meta(ge=1, le=16)] = 3
    """How deep archives may lie in archives; 1: an archive may hold none."""
    archive_seconds: Annotated[int, Meta(ge=1, le=3600)] = 30
    """How long it may take to take an archive apart."""
    fetch_urls: bool = False
    """Whether URLs are fetched, for `POST /v4/sandbox` and the `downloadfrom` header."""
    fetch_seconds: Annotated[int, Meta(ge=1, le=3600)] = 30
    """How long one fetch may take."""
    fetch_ports: Annotated[Words, Meta(min_length=1)] = ("80", "443", "8080", "8443")
    """Ports that are asked, for fetches and webhooks; a range is written `8000-8999`."""
    fetch_networks: Words = ()
    """Networks, such as `10.1.0.0/16`, that are asked, for fetches and webhooks, though they are not public."""
    callbacks: bool = False
    """Whether webhooks are made: calls of the URL in the `callbackurl` header once a submission is done."""
    callback_seconds: Annotated[int, Meta(ge=1, le=3600)] = 10
    """How long one attempt of a webhook may take."""
    callback_attempts: Annotated[int, Meta(ge=1, le=100)] = 8
    """How often a webhook is tried."""
    callback_pause_seconds: Annotated[int, Meta(ge=1, le=86_400)] = 5
    """Pause before the second attempt; doubles with every further one, up to an hour."""
    import_readers: Annotated[int, Meta(ge=1, le=64)] = 2
    """How many reports the server reads at once; each in a process of its own."""
    import_memory_bytes: Annotated[int, Meta(ge=256 * 1024 * 1024)] = 4 * 1024 * 1024 * 1024
    """How much memory reading one report may take."""
    import_seconds: Annotated[int, Meta(ge=1, le=86_400)] = 300
    """How long reading one report may take; what comes over the interface at once, ten times that."""
    keep_analyses_days: Annotated[int, Meta(ge=0, le=36_500)] = 0
    """How many days after they came analyses are deleted; 0: never."""
    keep_files_days: Annotated[int, Meta(ge=0, le=36_500)] = 0
    """How many days after it was last sent or analysed a file is deleted, with all analyses of it; 0: never."""
    open_read: bool | None = None
    """Whether pages are shown without a login to who comes from this very machine; unset: by `make run` only."""
    keyless_poll: bool = False
    """Whether `GET /v4/sandbox/:sandbox_id` answers without an API key, as some older clients expect."""


def data_dir(given: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """The data directory: the one given, else FULGURITE_DATA, else the user's own by the XDG rules."""
    if given is not None:
        return given.absolute()
    named = environ.get(DATA_VARIABLE, "")
    if named != "":
        return Path(named).absolute()
    # The XDG rules: an empty or relative value counts as not set.
    base = Path(environ.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else Path(environ.get("HOME", "/var/lib")) / ".local/share") / "fulgurite"


def rule_folders(settings: Settings, directory: Path) -> tuple[str, ...]:
    """The operator's folders of rules as they are found from anywhere; the usual one only where it is there."""
    return _found(settings.rule_folders, Settings().rule_folders, directory)


def extractor_folders(settings: Settings, directory: Path) -> tuple[str, ...]:
    """The operator's folders of extractors, as `rule_folders` gives those of rules."""
    return _found(settings.extractor_folders, Settings().extractor_folders, directory)


def make_usual_folders(settings: Settings, directory: Path) -> None:
    """Makes the usual folders of rules and extractors where it can: what runs then heeds what is put there later."""
    usual = Settings()
    for folders, ours in (
        (settings.rule_folders, usual.rule_folders),
        (settings.extractor_folders, usual.extractor_folders),
    ):
        for folder in ours if folders == ours else ():
            with suppress(OSError):
                Path(directory, folder).mkdir(mode=0o700, exist_ok=True)


def _found(folders: Paths, usual: Paths, directory: Path) -> tuple[str, ...]:
    found = [str(directory / folder) for folder in folders]
    return tuple(path for path in found if folders != usual or Path(path).is_dir())


def load(directory: Path, environ: Mapping[str, str] = os.environ, **given: object) -> Settings:
    """The settings for the data in `directory`. A value in `given` that is None counts as not given.

    Raises InputError for a file that is no TOML, an unknown name and a value out of its range; it names the place.
    """
    settings = Settings()
    for values, where in (
        (_of_file(directory / FILE_NAME), f"{directory / FILE_NAME}"),
        (_of_environment(environ), "environment"),
        ({name: value for name, value in given.items() if value is not None}, "command line"),
    ):
        settings = _merged(settings, values, where)
    return settings


def _merged(settings: Settings, values: Mapping[str, Any], where: str) -> Settings:
    unknown = sorted(values.keys() - set(Settings.__struct_fields__))
    if unknown:
        known = ", ".join(Settings.__struct_fields__)
        raise InputError(f"unknown setting {unknown[0]!r}; there are {known}", where=where)
    try:
        return msgspec.convert(msgspec.structs.asdict(settings) | dict(values), Settings, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(f"{error}; see docs/configuration.md", where=where) from error


def _of_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not a TOML file: {error}", where=str(path)) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error


def _of_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """The FULGURITE_* variables by setting; lists are written with commas. An empty one counts as not set."""
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable in _NO_SETTINGS or text == "":
            continue
        name = variable.removeprefix(PREFIX).lower()
        values[name] = [word.strip() for word in text.split(",")] if name in _LISTS else text
    return values


_LISTS = frozenset(
    {
        "systems",
        "timeouts",
        "browsers",
        "rules",
        "rule_folders",
        "extractor_folders",
        "fetch_ports",
        "fetch_networks",
    }
)
"""Settings of type Words."""
KEY_VARIABLE = f"{PREFIX}APIKEY"
"""The API key with which commands ask a server."""
_NO_SETTINGS = (DATA_VARIABLE, KEY_VARIABLE)

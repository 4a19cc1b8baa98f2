"""`summary.extracted` of a v4 body: settings, ransom notes, droppers, credentials, and where they were found."""

from typing import Any

from fulgurite.model.config import MalwareConfig
from fulgurite.model.nesting import nests_too_deep

KINDS = ("config", "ransom_note", "dropper", "credentials")
_PLACES = {"dumped_file": "found_in", "resource": "resource", "path": "path"}
_NAMED = ("family", "rule")


def configs(raw: Any) -> tuple[tuple[MalwareConfig, ...], bool]:
    """The configurations, and whether they hold all of `raw`."""
    if not isinstance(raw, list) or nests_too_deep(raw):
        return (), False
    read = [_read(one) for one in raw if isinstance(one, dict)]
    is_exact = len(read) == len(raw) and len(raw) > 0 and all(is_whole for _, is_whole in read)
    return tuple(config for found, _ in read for config in found), is_exact


def _read(entry: dict[str, Any]) -> tuple[list[MalwareConfig], bool]:
    places = {field: entry[name] for name, field in _PLACES.items() if isinstance(entry.get(name), str)}
    held = [(kind, entry[kind]) for kind in KINDS if isinstance(entry.get(kind), dict)]
    found = [_config(kind, values, places) for kind, values in held]
    return found, len(held) == 1 and len(entry) == len(places) + 1


def _config(kind: str, values: dict[str, Any], places: dict[str, str]) -> MalwareConfig:
    named = {name: values[name] for name in _NAMED if isinstance(values.get(name), str)}
    rest = {name: value for name, value in values.items() if name not in named}
    return MalwareConfig(kind=kind, values=rest, **named, **places)

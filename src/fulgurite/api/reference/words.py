"""The words that the tables of operations are written in: an operation, its parameters, its body."""

from typing import Any, NamedTuple

import msgspec

JSON = "application/json"
Schema = dict[str, Any]


class Parameter(NamedTuple):
    """Something of a request that is not its body."""

    name: str
    place: str
    """`path`, `query` or `header`."""
    says: str
    schema: Schema = {"type": "string"}  # noqa: RUF012 - not written to
    example: str | int | None = None


class Sent(NamedTuple):
    """The body of a request."""

    says: str
    media: tuple[tuple[str, Schema | type[msgspec.Struct]], ...]
    example: Any = None
    is_required: bool = True


class Operation(NamedTuple):
    """What there is to say of one endpoint beside its row in the table of endpoints."""

    tag: str
    summary: str
    says: str = ""
    answers: tuple[type[msgspec.Struct], ...] | Schema = ()
    """The shapes that the body of a 200 may have, or their schema."""
    media: str = JSON
    """The type of that body."""
    also: tuple[tuple[str, Schema], ...] = ()
    """Further types of it."""
    parameters: tuple[Parameter, ...] = ()
    """Besides those of the path that all operations share."""
    body: Sent | None = None
    errors: tuple[int, ...] = ()
    """Codes, besides those that the row says: of key, role, quota, throttle."""
    is_old: bool = False
    """Whether its errors have the shape of 2019."""

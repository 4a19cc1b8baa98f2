"""The base of every value in the model."""

import msgspec


class Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An immutable value. Unknown fields are ignored when decoding, so newer writers can be read."""

"""The tree of errors is the one that its docstring draws."""

import inspect
import re

from fulgurite import errors
from fulgurite.errors import FulguriteError, InputError


def test_the_drawing_shows_every_error() -> None:
    drawn = re.findall(r"^[\s│├└─]*([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    defined = [name for name, value in vars(errors).items() if inspect.isclass(value)]
    assert [name for name in drawn if name in defined] == defined


def test_every_error_is_ours() -> None:
    assert all(issubclass(value, FulguriteError) for value in vars(errors).values() if inspect.isclass(value))


def test_an_input_error_says_where() -> None:
    error = InputError("too long", where="filename")
    assert (str(error), error.where) == ("filename: too long", "filename")
    assert str(InputError("too long")) == "too long"

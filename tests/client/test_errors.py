"""The errors of the client."""

import pytest

from fulgurite.client.errors import AnswerError, Forbidden, LimitReached, NotFound, Unauthorized, answer_error
from fulgurite.errors import FulguriteError


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, AnswerError),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (429, LimitReached),
        (500, AnswerError),
    ],
)
def test_a_status_has_its_class(status: int, kind: type[AnswerError]) -> None:
    error = answer_error(status, None, (), None)
    assert type(error) is kind
    assert isinstance(error, FulguriteError)
    assert str(status) in str(error)


def test_words() -> None:
    assert str(answer_error(404, 404003, ("The hash was not found",), None)) == "404003: The hash was not found"

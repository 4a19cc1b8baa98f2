"""Error bodies, byte for byte."""

import pytest

from fulgurite.api.problems import MESSAGES, Problem, too_large

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("problem", "status", "body"),
    [
        (Problem(400064), 400, b'{"error":{"code":400064,"messages":["The hash value is not valid"]}}'),
        (Problem(404003), 404, b'{"error":{"code":404003,"messages":["The hash was not found"]}}'),
        (Problem(401006), 401, b'{"error":{"code":401006,"messages":["Invalid API key"]}}'),
        (
            Problem(400020, "sandbox: allowed values are windows7"),
            400,
            b'{"error":{"code":400020,"messages":["Header is not valid","sandbox: allowed values are windows7"]}}',
        ),
        (
            too_large(140 * MEGABYTE),
            400,
            b'{"error":{"code":400144,"messages":["Exceeded maximum file size allowed (140MB)"]}}',
        ),
        (
            too_large(MEGABYTE // 2),
            400,
            b'{"error":{"code":400144,"messages":["Exceeded maximum file size allowed (0.5MB)"]}}',
        ),
    ],
)
def test_body(problem: Problem, status: int, body: bytes) -> None:
    assert problem.status == status
    assert problem.body == body


def test_every_code_is_of_a_documented_status() -> None:
    documented = {400, 401, 403, 404, 405, 406, 408, 429, 500, 503}
    assert {Problem(code).status for code in MESSAGES} <= documented


def test_a_problem_tells_itself() -> None:
    assert str(Problem(400020, "sandbox")) == "400020 Header is not valid: sandbox"

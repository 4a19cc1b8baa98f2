"""What is said of the endpoints that list analyses is what they take."""

from starlette.requests import Request

from fulgurite.api.listing import wanted_in
from fulgurite.api.reference.listing import LISTING


def test_every_filter_that_is_said_is_taken() -> None:
    filters = [one for one in LISTING["GET /v4/sandbox"].parameters if one.name not in {"after", "limit"}]
    for one in filters:
        for value in one.schema.get("enum", ["2026-01-01"]):
            query = f"{one.name}={value}".encode()
            wanted = wanted_in(Request({"type": "http", "query_string": query, "headers": []}))
            assert [field for field in wanted if field is not None], one.name

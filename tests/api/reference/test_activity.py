"""What is told of the endpoints of a report in parts is what they understand."""

import inspect
import re

import pytest

from fulgurite.api import activity, filters
from fulgurite.api.reference.activity import ACTIVITY
from fulgurite.service.heads import PAGED

_NAMES = re.compile(r'query(?:\.get(?:list)?\(|, )"(\w+)"')


def told(name: str) -> set[str]:
    return {one.name for one in ACTIVITY[f"GET /v4/sandbox/{{sandbox_id}}/{name}"].parameters}


def test_every_parameter_that_is_read_is_told() -> None:
    read = set(_NAMES.findall(inspect.getsource(filters)))
    assert told("activity") | told("activity/histogram") == read | {"skip", "format", "event", "after"}
    assert told("activity") - told("activity/histogram") == {
        "sort",
        "limit",
        "skip",
        "after",
        "event",
        "facets",
        "format",
    }


@pytest.mark.parametrize("name", ["report", "report/{list}", "activity", "activity/histogram"])
def test_each_endpoint_says_what_it_does(name: str) -> None:
    about = ACTIVITY[f"GET /v4/sandbox/{{sandbox_id}}/{name}"]
    assert about.says.startswith("A path of our own")
    assert 404001 in about.errors


def test_lists_are_those_that_there_are() -> None:
    [named] = [one for one in ACTIVITY["GET /v4/sandbox/{sandbox_id}/report/{list}"].parameters if one.place == "path"]
    assert named.schema["enum"] == list(PAGED)
    assert activity.DEFAULT_ITEMS > 0

"""Processes as other parts name them."""

import pytest

from fulgurite.exports.html.views.who import Cast, Who, name_of
from fulgurite.model.process import Process
from tests.builders import process, report

REPORT = report(processes=(process(1, image="C:\\a\\one.exe", pid=10), process(2, image=None, cmd="two /x", pid=20)))


def test_by_number_in_the_report_and_in_the_guest() -> None:
    cast = Cast(REPORT, [1])
    assert cast.who(1) == Who(procid=1, name="one.exe", pid=10, is_shown=True)
    assert cast.who(None, 20) == Who(procid=2, name="two", pid=20, is_shown=False)
    assert cast.who(7, 70) == Who(procid=7, name="process 7", pid=70, is_shown=False)
    assert cast.who(None) is None
    assert cast.who(None, 99) is None
    assert [who.procid for who in cast.all_of([2, 1])] == [2, 1]


@pytest.mark.parametrize(
    ("known", "name"),
    [
        (Process(procid=1, image="C:\\a\\b.exe"), "b.exe"),
        (Process(procid=1, image="C:\\a\\"), "C:\\a\\"),
        (Process(procid=1, cmd=("sh", "-c")), "sh"),
        (Process(procid=1, cmd="x y"), "x"),
        (Process(procid=1, cmd=()), "process 1"),
        (Process(procid=4), "process 4"),
    ],
)
def test_a_name_is_always_there(known: Process, name: str) -> None:
    assert name_of(known, "windows") == name

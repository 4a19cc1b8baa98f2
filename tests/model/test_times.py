"""Times are written as the v4 API documents them."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model.times import utc_ms, utc_ms_of


def test_milliseconds_and_z() -> None:
    assert utc_ms(datetime(2021, 4, 7, 8, 12, 17, 123999, tzinfo=UTC)) == "2021-04-07T08:12:17.123Z"


def test_no_milliseconds_are_written_as_zeros() -> None:
    assert utc_ms(datetime(2021, 4, 7, tzinfo=UTC)) == "2021-04-07T00:00:00.000Z"


def test_other_zones_are_told_in_utc() -> None:
    there = timezone(timedelta(hours=2))
    assert utc_ms(datetime(2021, 4, 7, 1, tzinfo=there)) == "2021-04-06T23:00:00.000Z"


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_number_is_written_as_its_time_is(at: datetime) -> None:
    us = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert utc_ms_of(us) == utc_ms(at)

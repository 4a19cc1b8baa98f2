"""Times are written as the v4 API documents them."""

from datetime import UTC, datetime, timedelta, timezone

from fulgurite.model.times import utc_ms


def test_milliseconds_and_z() -> None:
    assert utc_ms(datetime(2021, 4, 7, 8, 12, 17, 123999, tzinfo=UTC)) == "2021-04-07T08:12:17.123Z"


def test_no_milliseconds_are_written_as_zeros() -> None:
    assert utc_ms(datetime(2021, 4, 7, tzinfo=UTC)) == "2021-04-07T00:00:00.000Z"


def test_other_zones_are_told_in_utc() -> None:
    there = timezone(timedelta(hours=2))
    assert utc_ms(datetime(2021, 4, 7, 1, tzinfo=there)) == "2021-04-06T23:00:00.000Z"

"""The virtual clock."""

from fulgurite.engines.emulator.clock import Clock


def test_it_stands_still_by_itself() -> None:
    clock = Clock(boot_ms=1_000, epoch_s=1_714_636_800)
    assert (clock.now_ms, clock.now_us, clock.uptime_ms, clock.unix_s) == (0, 0, 1_000, 1_714_636_800)


def test_calls_and_sleeps_advance_every_reading() -> None:
    clock = Clock(boot_ms=1_000, epoch_s=1_714_636_800)
    before = clock.filetime
    clock.call()
    assert 0 < clock.now_us < 1_000
    clock.sleep(61_000)
    assert clock.now_ms == 61_000
    assert clock.uptime_ms == 62_000
    assert clock.unix_s == 1_714_636_861
    assert clock.filetime - before == clock.now_us * 10


def test_a_negative_sleep_is_none() -> None:
    clock = Clock(boot_ms=0, epoch_s=0)
    clock.sleep(-5)
    assert clock.now_us == 0


def test_filetime_counts_from_1601() -> None:
    assert Clock(boot_ms=0, epoch_s=0).filetime == 116_444_736_000_000_000


def test_time_goes_faster_for_one_who_only_looks_at_it() -> None:
    clock = Clock(boot_ms=0, epoch_s=0)
    looks = 0
    while clock.now_ms < 60_000:
        clock.call()
        clock.look()
        looks += 1
    assert looks < 2_000


def test_looks_between_other_calls_cost_nothing_more() -> None:
    clock = Clock(boot_ms=0, epoch_s=0)
    for _ in range(1_000):
        clock.call()
        clock.look()
        clock.call()
    assert clock.now_ms <= 2_000 * 15 // 1000

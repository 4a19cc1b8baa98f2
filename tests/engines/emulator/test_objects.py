"""Named objects, and what a wait does to them."""

from fulgurite.engines.emulator.objects import Names, SyncObject
from fulgurite.engines.emulator.processes import GuestProcess
from fulgurite.engines.emulator.profile import system

ONE = GuestProcess(procid=1, pid=10, image="a", cmd="a")
TWO = GuestProcess(procid=2, pid=20, image="b", cmd="b")


def test_names_of_the_session_have_three_spellings() -> None:
    names = Names(system("windows10"))
    thing = SyncObject("mutant", "Local\\X")
    assert names.put("Local\\X", thing)
    for spelling in ("X", "Local\\X", "local\\X", "\\Sessions\\1\\BaseNamedObjects\\X"):
        assert names.find(spelling) is thing
    assert names.find("x") is None
    assert names.find("Global\\X") is None
    assert names.find("") is None


def test_names_of_the_machine() -> None:
    names = Names(system("windows10"))
    thing = SyncObject("mutant", "Global\\X")
    names.put("Global\\X", thing)
    assert names.find("\\BaseNamedObjects\\X") is thing
    names.drop(thing)
    assert names.find("GLOBAL\\X") is None


def test_windows_own_objects_are_there() -> None:
    for name in ("windows7", "windows10"):
        assert isinstance(Names(system(name)).find("HookSwitchHookEnabledEvent"), SyncObject)


def test_a_mutex_belongs_to_one_process() -> None:
    mutex = SyncObject("mutant")
    assert mutex.is_ready(ONE, 0)
    mutex.take(ONE)
    assert mutex.is_ready(ONE, 0)
    assert not mutex.is_ready(TWO, 0)
    ONE.terminated_ms = 5
    assert mutex.is_ready(TWO, 5)
    ONE.terminated_ms = None


def test_signals() -> None:
    event = SyncObject("event", is_signalled=True, resets_itself=True)
    assert event.is_ready(ONE, 0)
    event.take(ONE)
    assert not event.is_ready(ONE, 0)
    semaphore = SyncObject("semaphore", count=1)
    semaphore.take(ONE)
    assert not semaphore.is_ready(ONE, 0)
    timer = SyncObject("timer", due_ms=100)
    assert not timer.is_ready(ONE, 99)
    assert timer.is_ready(ONE, 100)

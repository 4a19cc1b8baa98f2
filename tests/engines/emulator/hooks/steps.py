"""Programs that say of each of their steps whether it went as on Windows, by a mutex `ok_<step>` or `bad_<step>`."""

from fulgurite.model.events import SyncObject
from tests.engines.emulator.conftest import RunResult

SOCKETS = ("sockets.c", "-D_WIN32_WINNT=0x0A00", "-lws2_32", "-liphlpapi", "-ldnsapi")
HTTP = ("http.c", "-lwininet", "-lurlmon")
WINHTTP = ("winhttp.c", "-lwinhttp")


def steps(run: RunResult) -> dict[str, bool]:
    """Each step that was taken, and whether it went well."""
    names = [event.name for event in run.events(SyncObject) if event.name.startswith(("ok_", "bad_"))]
    return {name.partition("_")[2]: name.startswith("ok_") for name in names}


def marks(run: RunResult) -> list[str]:
    """The names of the mutexes that were made, in their order."""
    return [event.name for event in run.events(SyncObject, op="MutantCreate")]

"""One process of a run."""

from fulgurite.model.base import Model


class Process(Model, frozen=True, kw_only=True):
    """One process seen during the run."""

    procid: int
    """Its number in this report, from 1; unique, where the guest reuses pids."""
    pid: int | None = None
    """The guest's number for it."""
    ppid: int | None = None
    procid_parent: int | None = None
    """None when the parent is not known."""
    image: str | None = None
    """Path of the executable as the guest spells it."""
    cmd: str | tuple[str, ...] | None = None
    """Command line: text on Windows, the argument list on Linux and macOS."""
    orig: bool | None = None
    """Whether the image file belongs to the clean guest (cmd.exe does, the sample does not)."""
    existing: bool = False
    """Whether it ran before the sample was started."""
    injected: bool = False
    """Whether another process put code into it."""
    started_ms: int | None = None
    """Milliseconds of the guest's clock since the run began."""
    terminated_ms: int | None = None
    """None while it still ran when the run ended, and when not known."""
    exit_status: int | None = None


def program_name(image: str, os: str) -> str:
    """The base name of the program at `image`; on Windows both kinds of slash part folders."""
    path = image.replace("\\", "/") if os == "windows" else image
    return path[path.rfind("/") + 1 :]

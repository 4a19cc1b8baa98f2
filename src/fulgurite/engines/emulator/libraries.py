"""Libraries that a program loads while it runs: those of Windows, and those that programs of the guest wrote."""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING, Any

from speakeasy.errors import SpeakeasyError
from speakeasy.windows.loaders import PeLoader
from unicorn import UcError

from fulgurite.engines.emulator import images
from fulgurite.engines.emulator.images import Image
from fulgurite.engines.pe import pe_header
from fulgurite.model.events import ModuleLoad

if TYPE_CHECKING:
    from fulgurite.engines.emulator.call import Call

ERROR_BAD_EXE_FORMAT = 193
ERROR_MOD_NOT_FOUND = 126
STATUS_DLL_NOT_FOUND = 0xC0000135
STATUS_INVALID_IMAGE_FORMAT = 0xC000007B
MAX_LIBRARY_BYTES = 64 << 20
_MACHINES = {32: "x86", 64: "amd64"}
_STATUS = {0: 0, ERROR_MOD_NOT_FOUND: STATUS_DLL_NOT_FOUND, ERROR_BAD_EXE_FORMAT: STATUS_INVALID_IMAGE_FORMAT}


def load(call: Call, name: str, *, as_data: bool = False) -> tuple[int, int]:
    """Loads the library `name` into the calling process: its base, or 0 and the Win32 error.

    The caller must return right after: the library's entry point runs before the API returns to the program.
    """
    name = name.strip().strip('"')
    if not name:
        return 0, 87
    image = images.found(call.guest, call.process, name, extensions=(".dll",))
    if image is not None and not image.orig:
        base, error = _load_written(call, image)
        _tell(call, image.path, error)
        return base, error
    if image is None and not _is_known(call, name):
        _tell(call, name, ERROR_MOD_NOT_FOUND)
        return 0, ERROR_MOD_NOT_FOUND
    was_loaded = _loaded(call.emu, name) is not None
    base = int(call.emu.load_library(_short(name)))
    if base and not was_loaded and not as_data:
        _tell(call, image.path if image is not None else name, 0)
    return base, 0 if base else ERROR_MOD_NOT_FOUND


def _short(name: str) -> str:
    return ntpath.splitext(ntpath.basename(name.replace("/", "\\")))[0].lower() if "." in name else name.lower()


def _loaded(emu: Any, name: str) -> Any:
    return emu.get_mod_by_name(_short(name))


def _is_known(call: Call, name: str) -> bool:
    """Whether Windows has a library that the list of its files leaves out: API sets, what is loaded, what has APIs."""
    short = _short(name)
    folder = ntpath.dirname(name.replace("/", "\\"))
    if folder and not folder.lower().startswith("c:\\windows"):
        return False
    if short.startswith(("api-ms-win-", "ext-ms-")) or _loaded(call.emu, name) is not None:
        return True
    emu = call.emu
    return bool(
        emu.api.load_api_handler(short) or emu.get_signature_db().get_functions(short, emu._get_signature_arch())  # noqa: SLF001 - speakeasy has no public name for it
    )


def _tell(call: Call, path: str, error: int) -> None:
    key = f"module {path.lower()} {error}"
    if key not in call.process.addresses:
        call.process.addresses[key] = 0
        call.guest.record(call.process, ModuleLoad, path=path, status=_STATUS.get(error, 0xC0000001))


def _load_written(call: Call, image: Image) -> tuple[int, int]:
    """Maps a library that is a file of the guest, once, and lets its entry point run."""
    emu, data = call.emu, image.data or b""
    header = pe_header(data)
    if header is None or len(data) > MAX_LIBRARY_BYTES or header.machine != _MACHINES[call.process.bits]:
        return 0, ERROR_BAD_EXE_FORMAT
    known = next((m for m in emu.modules if str(m.emu_path).lower() == image.path.lower()), None)
    if known is not None:
        return int(known.base), 0
    name = _short(image.path)
    if _loaded(emu, name) is not None:
        name = f"{name}.{len(emu.modules)}"

    def loader(address: int | None) -> Any:
        return PeLoader(data=data, base_override=address, emu_path=image.path)

    try:
        made = emu._make_image_at_free_base(loader, None)  # noqa: SLF001 - as its own loader does
        made.name, made.module_type = name, "dll"
        module = emu.load_image(made)
    except (SpeakeasyError, UcError, ValueError, OverflowError):
        return 0, ERROR_BAD_EXE_FORMAT
    module._initialization = {}  # noqa: SLF001 - the three steps of speakeasy's load_module_by_name
    emu._guest_dependencies.append(module)  # noqa: SLF001
    emu._attach_module_to_current_process(module)  # noqa: SLF001
    _queue_initializers(call, name)
    return int(module.base), 0


def _queue_initializers(call: Call, name: str) -> None:
    """Lets the entry points of what was just mapped run before the API returns."""
    if call.emu.get_mod_by_name(name) is not None:
        call.emu.load_library(name)

"""The shell's own copying, moving and deleting."""

from __future__ import annotations

import ntpath

from fulgurite.engines.emulator import paths, status
from fulgurite.engines.emulator.call import Call, Hook, api, text_api
from fulgurite.engines.emulator.files import Node
from fulgurite.engines.emulator.hooks.file_changes import (
    copied,
    deleted,
    folder_created,
    folder_removed,
    folders_created,
    moved,
)
from fulgurite.engines.emulator.opening import full_path

_MOVE, _COPY, _DELETE, _RENAME = 1, 2, 3, 4
_MULTI_DEST = 0x1
_MAX_NAMES = 1_000
_MAX_DEPTH = 32
_INVALID_FILES = 0x7C


def _list(call: Call, address: int) -> list[str]:
    """Absolute paths of a list of texts, each with its NUL and one more at its end."""
    out: list[str] = []
    while address and len(out) < _MAX_NAMES and (text := call.text(address)):
        out.append(full_path(call, text))
        address += len(call.encoded(text))
    return out


def _matching(call: Call, path: str) -> list[str]:
    """The paths that `path`, whose last name may have wildcards, stands for."""
    folder, name = ntpath.split(path)
    if "*" not in name and "?" not in name:
        return [path]
    node = call.guest.files.find(folder)
    children = sorted(node.children.values(), key=lambda child: child.name.lower()) if node is not None else []
    return [f"{folder}\\{child.name}" for child in children if paths.matches(child.name, name)]


def _delete_tree(call: Call, path: str, node: Node | None, depth: int = 0) -> int:
    """Deletes a file, or a folder with all in it, each recorded."""
    if node is None or not node.is_dir:
        return deleted(call, path)
    if depth < _MAX_DEPTH:
        for child in tuple(node.children.values()):
            _delete_tree(call, f"{path}\\{child.name}", child, depth + 1)
    return folder_removed(call, path)


def _copy_tree(call: Call, source: str, target: str, node: Node | None, depth: int = 0) -> int:
    """Copies a file, or a folder with all in it, each recorded."""
    if node is None or not node.is_dir:
        return copied(call, source, target, fails_if_there=False)
    if call.guest.files.find(target) is None:
        folder_created(call, target)
    if depth < _MAX_DEPTH:
        for child in tuple(node.children.values()):
            _copy_tree(call, f"{source}\\{child.name}", f"{target}\\{child.name}", child, depth + 1)
    return status.SUCCESS


def _placed(call: Call, function: int, source: str, target: str) -> int:
    """Copies or moves `source` to `target`, into it when it is a folder."""
    files = call.guest.files
    there = files.find(target)
    if function != _RENAME and there is not None and there.is_dir:
        target = f"{target}\\{ntpath.basename(source)}"
    elif function != _RENAME and files.find(ntpath.dirname(target)) is None:
        folders_created(call, ntpath.dirname(target))
    if function == _COPY:
        return _copy_tree(call, source, target, files.find(source))
    return moved(call, source, target, replaces=True)


def sh_file_operation(call: Call) -> int:
    """SHFileOperation(lpFileOp): packed to a byte in 32-bit Windows; 0 when all was done."""
    at, width = call.args[0], call.pointer_bytes
    function = call.u32(at + width)
    start = at + (16 if width == 8 else 8)  # noqa: PLR2004
    sources, targets = _list(call, call.pointer(start)), _list(call, call.pointer(start + width))
    flags = call.u16(start + 2 * width)
    if not sources or function not in {_MOVE, _COPY, _DELETE, _RENAME} or (function != _DELETE and not targets):
        return _INVALID_FILES
    code = status.SUCCESS
    for number, source in enumerate(sources):
        many = flags & _MULTI_DEST and number < len(targets)
        for path in _matching(call, source):
            if function == _DELETE:
                code = _delete_tree(call, path, call.guest.files.find(path)) or code
            else:
                code = _placed(call, function, path, targets[number if many else 0]) or code
    call.write_u32(start + 2 * width + 4, 0)
    return status.win32_of(code)


def sh_change_notify(_call: Call) -> int:
    """SHChangeNotify(wEventId, uFlags, dwItem1, dwItem2)."""
    return 0


def sh_empty_recycle_bin(call: Call) -> int:
    """SHEmptyRecycleBin(hwnd, pszRootPath, dwFlags): it is empty."""
    path = full_path(call, call.arg_text(1)) if call.args[1] else "C:\\"
    node = call.guest.files.find(path.rstrip("\\") + "\\$Recycle.Bin")
    return 0 if node is not None else 0x8000_FFFF


HOOKS: tuple[Hook, ...] = (
    text_api("SHFileOperation", 1, sh_file_operation),
    api("SHChangeNotify", 4, sh_change_notify),
    text_api("SHEmptyRecycleBin", 3, sh_empty_recycle_bin),
)

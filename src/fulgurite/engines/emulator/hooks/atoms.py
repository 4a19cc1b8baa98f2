"""Atoms: texts that have a number, of one process or of all."""

from __future__ import annotations

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, text_api
from fulgurite.model.events import SyncObject

FIRST_ATOM = 0xC000
MAX_ATOMS = 0x4000
_FILE_NOT_FOUND, _INVALID_HANDLE, _NO_MEMORY = 2, 6, 8


def _recorded(call: Call, name: str, op: str, code: int) -> None:
    call.guest.record(call.process, SyncObject, object="atom", name=name, op=op, status=code)


def _number(call: Call, address: int) -> int | None:
    """The number that a low address or a text such as `#123` stands for; None for a name."""
    if address >> 16 == 0:
        return address
    text = call.text(address)
    return int(text[1:6]) & 0xFFFF if text[:1] == "#" and text[1:6].isascii() and text[1:6].isdigit() else None


def add_atom(call: Call) -> int:
    """AddAtom(lpString), GlobalAddAtom."""
    number = _number(call, call.args[0])
    if number is not None:
        return number
    name, atoms = call.arg_text(0)[:255], call.guest.atoms
    there = atoms.get(name.lower())
    if there is None and len(atoms) >= MAX_ATOMS:
        return call.fail(_NO_MEMORY)
    _recorded(call, name, "AtomAdd", status.SUCCESS)
    return atoms.setdefault(name.lower(), FIRST_ATOM + len(atoms))


def find_atom(call: Call) -> int:
    """FindAtom(lpString), GlobalFindAtom."""
    number = _number(call, call.args[0])
    if number is not None:
        return number
    name = call.arg_text(0)[:255]
    there = call.guest.atoms.get(name.lower())
    _recorded(call, name, "AtomFind", status.OBJECT_NAME_NOT_FOUND if there is None else status.SUCCESS)
    return call.fail(_FILE_NOT_FOUND) if there is None else there


def get_atom_name(call: Call) -> int:
    """GetAtomName(nAtom, lpBuffer, nSize), GlobalGetAtomName."""
    atom = call.args[0] & 0xFFFF
    name = next((name for name, number in call.guest.atoms.items() if number == atom), None)
    if name is None:
        return call.fail(_INVALID_HANDLE)
    room = call.args[2] & 0xFFFFFFFF
    text = name[: max(room - 1, 0)]
    return len(text) if call.write_text(call.args[1], text, room) else call.fail(_INVALID_HANDLE)


def delete_atom(_call: Call) -> int:
    """DeleteAtom(nAtom), GlobalDeleteAtom: it stays, as others may hold it."""
    return 0


HOOKS: tuple[Hook, ...] = (
    text_api("AddAtom", 1, add_atom),
    text_api("GlobalAddAtom", 1, add_atom),
    text_api("FindAtom", 1, find_atom),
    text_api("GlobalFindAtom", 1, find_atom),
    text_api("GetAtomName", 3, get_atom_name),
    text_api("GlobalGetAtomName", 3, get_atom_name),
    api("DeleteAtom", 1, delete_atom),
    api("GlobalDeleteAtom", 1, delete_atom),
)

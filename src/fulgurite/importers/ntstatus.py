"""NTSTATUS as the one measure of success: from hex returns, Win32 errors and words."""

SUCCESS = 0
UNSUCCESSFUL = 0xC0000001
OBJECT_NAME_EXISTS = 0x40000000
ACCESS_DENIED = 0xC0000022
OBJECT_NAME_NOT_FOUND = 0xC0000034

_WIN32 = {
    0: SUCCESS,
    2: OBJECT_NAME_NOT_FOUND,
    3: 0xC000003A,  # OBJECT_PATH_NOT_FOUND
    5: ACCESS_DENIED,
    6: 0xC0000008,  # INVALID_HANDLE
    32: 0xC0000043,  # SHARING_VIOLATION
    80: 0xC0000035,  # OBJECT_NAME_COLLISION
    87: 0xC000000D,  # INVALID_PARAMETER
    122: 0xC0000023,  # BUFFER_TOO_SMALL
    183: 0xC0000035,  # OBJECT_NAME_COLLISION
    234: 0x80000005,  # BUFFER_OVERFLOW
    259: 0x8000001A,  # NO_MORE_ENTRIES
}
_NATIVE = ("Nt", "Zw", "Ldr", "Rtl", "BCrypt", "NCrypt")


def native(value: int) -> int:
    """`value`, signed or sign-extended, as unsigned 32 bits."""
    return value & 0xFFFFFFFF


def win32(error: int) -> int:
    """The status that the Win32 error `error` stands for."""
    return _WIN32.get(native(error), UNSUCCESSFUL)


def of_call(api: str, *, succeeded: bool, returned: int | None) -> int:
    """The status of a call of `api` that its source says `succeeded`, and that returned `returned`."""
    if returned is not None and api.startswith(_NATIVE):
        return native(returned)
    if returned is not None and api.startswith("Reg"):
        return win32(returned)
    return SUCCESS if succeeded else UNSUCCESSFUL

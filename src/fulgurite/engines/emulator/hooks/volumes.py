"""Drives and volumes: the guest has one fixed disk, C:."""

from __future__ import annotations

import struct

from fulgurite.engines.emulator import status
from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api
from fulgurite.engines.emulator.hooks.file_places import told
from fulgurite.engines.emulator.objects import GuestObject
from fulgurite.engines.emulator.opening import Device, OpenFile, full_path
from fulgurite.model.events import Search as SearchEvent

DRIVE_MASK = 0x4
_NO_ROOT, _FIXED = 1, 3
_DISK_BYTES, _FREE_BYTES = 255_483_445_248, 171_912_613_888
_CLUSTER, _SECTOR = 4096, 512
_VOLUME = "\\\\?\\Volume{5a7f9c1e-0000-0000-0000-501f00000000}\\"
_FLAGS = 0x3E7_06FF
_PATH_NOT_FOUND, _NO_MORE_FILES, _FILE_NOT_FOUND, _INVALID_FUNCTION, _INVALID_HANDLE = 3, 18, 2, 1, 6
_INSUFFICIENT_BUFFER = 122
_DISK_NAME, _DISK_SERIAL = b"KBG40ZNS256G NVMe KIOXIA 256GB\0", b"91RPC7FKP1T3\0"


def _searched(call: Call, op: str) -> None:
    call.guest.record(call.process, SearchEvent, object="drive", target="*", op=op, status=status.SUCCESS)


def _is_drive(call: Call, index: int = 0) -> bool:
    """Whether argument `index` names (or, as null, means) the drive C:."""
    if call.args[index] == 0:
        return True
    text = call.arg_text(index)
    return text.lower().startswith("\\\\?\\volume{5a7f9c1e") or full_path(call, text)[:2].upper() == "C:"


def get_logical_drives(call: Call) -> int:
    """GetLogicalDrives(): one bit a drive."""
    _searched(call, "GetLogicalDrives")
    return DRIVE_MASK


def get_logical_drive_strings(call: Call) -> int:
    """GetLogicalDriveStrings(nBufferLength, lpBuffer)."""
    _searched(call, "GetLogicalDriveStrings")
    if call.args[0] & 0xFFFFFFFF < 5:  # noqa: PLR2004 - "C:\", two NULs
        return 5
    call.write(call.args[1], call.encoded("C:\\\0"))
    return 4


def get_drive_type(call: Call) -> int:
    """GetDriveType(lpRootPathName)."""
    return _FIXED if _is_drive(call) else _NO_ROOT


def _volume_information(call: Call, name: int, serial: int, system: int, rooms: tuple[int, int]) -> int:
    call.write_text(name, "", rooms[0] & 0xFFFFFFFF)
    call.write_u32(serial, call.guest.system.volume_serial)
    call.write_text(system, "NTFS", rooms[1] & 0xFFFFFFFF)
    return 1


def get_volume_information(call: Call) -> int:
    """GetVolumeInformation(lpRoot, lpName, nName, lpSerial, lpMaxComponent, lpFlags, lpFileSystem, nFileSystem)."""
    if not _is_drive(call):
        return call.fail(_PATH_NOT_FOUND)
    _, name, name_room, serial, longest, flags, system, system_room = call.args
    call.write_u32(longest, 255)
    call.write_u32(flags, _FLAGS)
    return _volume_information(call, name, serial, system, (name_room, system_room))


def get_volume_information_by_handle(call: Call) -> int:
    """GetVolumeInformationByHandleW(hFile, lpName, nName, lpSerial, lpMaxComponent, lpFlags, lpSystem, nSystem)."""
    if not isinstance(call.guest.handles.get(call.args[0]), GuestObject):
        return call.fail(_INVALID_HANDLE)
    _, name, name_room, serial, longest, flags, system, system_room = call.args
    call.write_u32(longest, 255)
    call.write_u32(flags, _FLAGS)
    return _volume_information(call, name, serial, system, (name_room, system_room))


def get_disk_free_space_ex(call: Call) -> int:
    """GetDiskFreeSpaceEx(lpDirectoryName, lpFreeBytesAvailable, lpTotalBytes, lpTotalFreeBytes)."""
    if not _is_drive(call):
        return call.fail(_PATH_NOT_FOUND)
    for address, number in zip(call.args[1:4], (_FREE_BYTES, _DISK_BYTES, _FREE_BYTES), strict=True):
        call.write_u64(address, number)
    return 1


def get_disk_free_space(call: Call) -> int:
    """GetDiskFreeSpace(lpRootPathName, lpSectorsPerCluster, lpBytesPerSector, lpFreeClusters, lpTotalClusters)."""
    if not _is_drive(call):
        return call.fail(_PATH_NOT_FOUND)
    numbers = (_CLUSTER // _SECTOR, _SECTOR, _FREE_BYTES // _CLUSTER, _DISK_BYTES // _CLUSTER)
    for address, number in zip(call.args[1:5], numbers, strict=True):
        call.write_u32(address, number)
    return 1


def query_dos_device(call: Call) -> int:
    """QueryDosDevice(lpDeviceName, lpTargetPath, ucchMax)."""
    name = call.arg_text(0)
    if name.upper() != "C:":
        return call.fail(_FILE_NOT_FOUND)
    text = "\\Device\\HarddiskVolume2\0"
    if call.args[2] & 0xFFFFFFFF < len(text) + 1:
        return call.fail(_INSUFFICIENT_BUFFER)
    call.write(call.args[1], call.encoded(text))
    return len(text) + 1


# -- volumes ---------------------------------------------------------------------------------------------------------
class _Volumes(GuestObject):
    """An enumeration of volumes that has told the only one."""


def find_first_volume(call: Call) -> int:
    """FindFirstVolume(lpszVolumeName, cchBufferLength)."""
    _searched(call, "FindFirstVolume")
    if not call.write_text(call.args[0], _VOLUME, call.args[1] & 0xFFFFFFFF):
        return call.fail(206, call.invalid_handle())
    return call.guest.handle_of(_Volumes())


def find_next_volume(call: Call) -> int:
    """FindNextVolume(hFindVolume, lpszVolumeName, cchBufferLength)."""
    return call.fail(_NO_MORE_FILES)


def find_volume_close(call: Call) -> int:
    """FindVolumeClose(hFindVolume)."""
    return 1 if call.guest.handles.pop(call.args[0], None) is not None else call.fail(_INVALID_HANDLE)


def get_volume_name(call: Call) -> int:
    """GetVolumeNameForVolumeMountPoint(lpszVolumeMountPoint, lpszVolumeName, cchBufferLength)."""
    if not _is_drive(call):
        return call.fail(_FILE_NOT_FOUND)
    return 1 if call.write_text(call.args[1], _VOLUME, call.args[2] & 0xFFFFFFFF) else call.fail(206)


def get_volume_paths(call: Call) -> int:
    """GetVolumePathNamesForVolumeName(lpszVolumeName, lpszPaths, cchBufferLength, lpcchReturnLength)."""
    call.write_u32(call.args[3], 5)
    if call.args[2] & 0xFFFFFFFF < 5:  # noqa: PLR2004 - "C:\", two NULs
        return call.fail(234)
    call.write(call.args[1], call.encoded("C:\\\0"))
    return 1


def get_volume_path(call: Call) -> int:
    """GetVolumePathName(lpszFileName, lpszVolumePathName, cchBufferLength)."""
    return int(told(call, call.args[1], call.args[2], "C:\\") == 3)  # noqa: PLR2004


# -- control codes ---------------------------------------------------------------------------------------------------
def _storage_descriptor() -> bytes:
    head = 40
    product, serial = head, head + len(_DISK_NAME)
    end = serial + len(_DISK_SERIAL)
    return struct.pack("<IIBBBBIIIIII", 40, end, 0, 0, 0, 1, 0, product, 0, serial, 17, 0) + _DISK_NAME + _DISK_SERIAL


def _reply(code: int) -> bytes | None:
    """What a disk answers to a control code; None for one that it does not know."""
    cylinders = _DISK_BYTES // (255 * 63 * _SECTOR)
    geometry = struct.pack("<Q4I", cylinders, 12, 255, 63, _SECTOR)
    return {
        0x70000: geometry,
        0x700A0: geometry + struct.pack("<Q", _DISK_BYTES),
        0x7405C: struct.pack("<Q", _DISK_BYTES),
        0x2D1400: _storage_descriptor(),
        0x2D1080: struct.pack("<3I", 7, 0, 2),
        0x560000: struct.pack("<IIIIQQ", 1, 0, 0, 0, 122_683_392, _DISK_BYTES),
        0x2D4800: b"",
    }.get(code)


_FILE_CONTROLS = frozenset({0x900C4, 0x980C8, 0x9C040, 0x9003C, 0x90018, 0x9001C, 0x90020, 0x900A4, 0x900A8, 0x900AC})
"""Sparse, zero data, compression (set, get), lock, unlock and dismount volume, reparse points: all are accepted."""


def device_io_control(call: Call) -> int | None:
    """DeviceIoControl(hDevice, dwCode, lpIn, nIn, lpOut, nOut, lpBytesReturned, lpOverlapped)."""
    thing = call.guest.handles.get(call.args[0])
    code = call.args[1] & 0xFFFFFFFF
    if thing is None:
        return call.original(call.args) if call.original is not None else call.fail(_INVALID_HANDLE)
    call.write_u32(call.args[6], 0)
    if code in _FILE_CONTROLS and isinstance(thing, OpenFile | Device):
        return 1
    data = _reply(code) if isinstance(thing, Device) else None
    if data is None:
        return call.fail(_INVALID_FUNCTION)
    if call.args[5] & 0xFFFFFFFF < min(len(data), 8):
        return call.fail(_INSUFFICIENT_BUFFER)
    given = data[: call.args[5] & 0xFFFF]
    call.write(call.args[4], given)
    call.write_u32(call.args[6], len(given))
    return 1


def nt_control_file(call: Call) -> int:
    """NtDeviceIoControlFile(Handle, Event, Apc, Context, IoStatus, Code, In, InLength, Out, OutLength), and for Fs."""
    thing = call.guest.handles.get(call.args[0])
    code = call.args[5] & 0xFFFFFFFF
    if thing is None:
        return status.INVALID_HANDLE
    if code in _FILE_CONTROLS:
        return status.SUCCESS
    data = _reply(code) if isinstance(thing, Device) else None
    if data is None:
        return 0xC000_0010
    given = data[: call.args[9] & 0xFFFF]
    call.write(call.args[8], given)
    call.write_u32(call.args[4], status.SUCCESS)
    call.write_pointer(call.args[4] + call.pointer_bytes, len(given))
    return status.SUCCESS


def nt_query_volume(call: Call) -> int:
    """NtQueryVolumeInformationFile(FileHandle, IoStatus, Information, Length, Class)."""
    thing = call.guest.handles.get(call.args[0])
    if not isinstance(thing, OpenFile | Device):
        return status.INVALID_HANDLE
    clusters, free = _DISK_BYTES // _CLUSTER, _FREE_BYTES // _CLUSTER
    data = {
        1: struct.pack("<QIIBx", thing.node.time if isinstance(thing, OpenFile) else 0,
                       call.guest.system.volume_serial, 0, 1),
        3: struct.pack("<2Q2I", clusters, free, _CLUSTER // _SECTOR, _SECTOR),
        4: struct.pack("<2I", 7, 0x20020),
        5: struct.pack("<2iI", _FLAGS, 255, 8) + "NTFS".encode("utf-16-le"),
        7: struct.pack("<3Q2I", clusters, free, free, _CLUSTER // _SECTOR, _SECTOR),
    }.get(call.args[4] & 0xFFFFFFFF)  # fmt: skip
    if data is None:
        return status.INVALID_INFO_CLASS
    call.write(call.args[2], data[: call.args[3] & 0xFFFF])
    call.write_u32(call.args[1], status.SUCCESS)
    call.write_pointer(call.args[1] + call.pointer_bytes, len(data))
    return status.SUCCESS


HOOKS: tuple[Hook, ...] = (
    api("GetLogicalDrives", 0, get_logical_drives),
    text_api("GetLogicalDriveStrings", 2, get_logical_drive_strings),
    text_api("GetDriveType", 1, get_drive_type),
    text_api("GetVolumeInformation", 8, get_volume_information),
    api("GetVolumeInformationByHandleW", 8, get_volume_information_by_handle),
    text_api("GetDiskFreeSpaceEx", 4, get_disk_free_space_ex),
    text_api("GetDiskFreeSpace", 5, get_disk_free_space),
    text_api("QueryDosDevice", 3, query_dos_device),
    text_api("FindFirstVolume", 2, find_first_volume),
    text_api("FindNextVolume", 3, find_next_volume),
    api("FindVolumeClose", 1, find_volume_close),
    text_api("GetVolumeNameForVolumeMountPoint", 3, get_volume_name),
    text_api("GetVolumePathNamesForVolumeName", 4, get_volume_paths),
    text_api("GetVolumePathName", 3, get_volume_path),
    api("DeviceIoControl", 8, device_io_control),
    native("DeviceIoControlFile", 10, nt_control_file),
    native("FsControlFile", 10, nt_control_file),
    native("QueryVolumeInformationFile", 5, nt_query_volume),
)

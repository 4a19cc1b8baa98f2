"""Where things are: temporary, current and system folders, full and long names, search paths."""

from __future__ import annotations

import ntpath
import uuid

from fulgurite.engines.emulator.call import Call, Hook, api, text_api
from fulgurite.engines.emulator.opening import CREATE, Wanted, full_path, opened

_FILE_NOT_FOUND, _INVALID_PARAMETER = 2, 87
_MAX_PATH = 260
_E_INVALIDARG, _E_NOT_FOUND = 0x8007_0057, 0x8007_0002


def told(call: Call, buffer: int, room: int, text: str) -> int:
    """A function's answer that is a text: its length, or the room that it needs when there is not enough."""
    room &= 0xFFFFFFFF
    if call.write_text(buffer, text, room):
        return len(text)
    return len(text) + 1


def get_temp_file_name(call: Call) -> int:
    """GetTempFileName(lpPathName, lpPrefixString, uUnique, lpTempFileName): without a number, the file is made."""
    folder = full_path(call, call.arg_text(0))
    node = call.guest.files.find(folder)
    if node is None or not node.is_dir:
        return call.fail(267)
    prefix, number = call.arg_text(1)[:3], call.args[2] & 0xFFFF
    makes = number == 0
    number = number or (call.guest.clock.now_us // 16 + 0x1A2B) & 0xFFFF or 1
    path = f"{folder}\\{prefix}{number:X}.tmp"
    while makes and call.guest.files.find(path) is not None:
        number = number % 0xFFFF + 1
        path = f"{folder}\\{prefix}{number:X}.tmp"
    if makes:
        opened(call, path, Wanted(0x8000_0000, CREATE, 0x40))
    call.write_text(call.args[3], path, _MAX_PATH)
    return number


def get_current_directory(call: Call) -> int:
    """GetCurrentDirectory(nBufferLength, lpBuffer)."""
    return told(call, call.args[1], call.args[0], call.process.cwd)


def set_current_directory(call: Call) -> int:
    """SetCurrentDirectory(lpPathName)."""
    path = full_path(call, call.arg_text(0))
    node = call.guest.files.find(path)
    if node is None:
        return call.fail(_FILE_NOT_FOUND)
    if not node.is_dir:
        return call.fail(267)
    call.process.cwd = path
    call.emu.set_cd(path)
    return 1


def get_full_path_name(call: Call) -> int:
    """GetFullPathName(lpFileName, nBufferLength, lpBuffer, lpFilePart)."""
    path = full_path(call, call.arg_text(0))
    if not path:
        return call.fail(_INVALID_PARAMETER)
    _file_part(call, path)
    return told(call, call.args[2], call.args[1], path)


def _file_part(call: Call, path: str, *, buffer: int = 2, part: int = 3) -> None:
    """Writes where the last name of `path` begins in the buffer; null for a folder."""
    name = ntpath.basename(path)
    width = 2 if call.wide else 1
    call.write_pointer(call.args[part], call.args[buffer] + (len(path) - len(name)) * width if name else 0)


def get_long_path_name(call: Call) -> int:
    """GetLongPathName(lpszShortPath, lpszLongPath, cchBuffer), and GetShortPathName: names here have one form."""
    text = call.arg_text(0)
    if call.guest.files.find(full_path(call, text)) is None:
        return call.fail(_FILE_NOT_FOUND)
    return told(call, call.args[1], call.args[2], text)


def search_path(call: Call) -> int:
    """SearchPath(lpPath, lpFileName, lpExtension, nBufferLength, lpBuffer, lpFilePart)."""
    name, extension = call.arg_text(1), call.arg_text(2)
    if not ntpath.splitext(name)[1]:
        name += extension
    environment = call.guest.system.environment
    places = call.arg_text(0) or f"{ntpath.dirname(call.process.image)};{call.process.cwd};{environment['Path']}"
    for folder in places.split(";")[:200]:
        path = full_path(call, ntpath.join(folder, name))
        node = call.guest.files.find(path)
        if node is not None and not node.is_dir:
            _file_part(call, path, buffer=4, part=5)
            return told(call, call.args[4], call.args[3], path)
    return call.fail(_FILE_NOT_FOUND)


def path_search_and_qualify(call: Call) -> int:
    """PathSearchAndQualify(pszPath, pszBuf, cchBuf)."""
    path = full_path(call, call.arg_text(0))
    return int(bool(path) and call.write_text(call.args[1], path, call.args[2] & 0xFFFFFFFF))


# -- folders of the system and the user ------------------------------------------------------------------------------
def get_windows_directory(call: Call) -> int:
    """GetWindowsDirectory(lpBuffer, uSize), and GetSystemWindowsDirectory."""
    return told(call, call.args[0], call.args[1], "C:\\Windows")


def get_system_directory(call: Call) -> int:
    """GetSystemDirectory(lpBuffer, uSize)."""
    return told(call, call.args[0], call.args[1], "C:\\Windows\\system32")


def get_system_wow64_directory(call: Call) -> int:
    """GetSystemWow64Directory(lpBuffer, uSize)."""
    return told(call, call.args[0], call.args[1], "C:\\Windows\\SysWOW64")


def get_profiles_directory(call: Call) -> int:
    """GetProfilesDirectory(lpProfileDir, lpcchSize), GetAllUsersProfileDirectory, GetDefaultUserProfileDirectory."""
    path = "C:\\Users"
    if "AllUsers" in call.name:
        path = "C:\\ProgramData"
    elif "Default" in call.name:
        path = "C:\\Users\\Default"
    return _profile(call, call.args[0], call.args[1], path)


def get_user_profile_directory(call: Call) -> int:
    """GetUserProfileDirectory(hToken, lpProfileDir, lpcchSize)."""
    return _profile(call, call.args[1], call.args[2], call.guest.system.environment["USERPROFILE"])


def _profile(call: Call, buffer: int, size: int, path: str) -> int:
    fits = call.write_text(buffer, path, call.u32(size))
    call.write_u32(size, len(path) + 1)
    return 1 if fits else call.fail(122)


def _folder(call: Call, key: str) -> str | None:
    """The folder of a CSIDL (as decimal) or a known folder (as GUID)."""
    return call.guest.system.known_folders.get(key)


def _folder_made(call: Call, csidl: int) -> str | None:
    """The folder of a CSIDL; made when its flag asks for that."""
    path = _folder(call, str(csidl & 0xFF))
    if path is not None and csidl & 0x8000 and call.guest.files.find(path) is None:
        call.guest.files.seed_folder(path)
    return path


def sh_get_folder_path(call: Call) -> int:
    """SHGetFolderPath(hwnd, csidl, hToken, dwFlags, pszPath): an HRESULT."""
    path = _folder_made(call, call.args[1])
    if path is None:
        return _E_INVALIDARG
    call.write_text(call.args[4], path, _MAX_PATH)
    return 0


def sh_get_folder_path_and_sub_dir(call: Call) -> int:
    """SHGetFolderPathAndSubDir(hwnd, csidl, hToken, dwFlags, pszSubDir, pszPath): an HRESULT."""
    path = _folder_made(call, call.args[1])
    if path is None:
        return _E_INVALIDARG
    call.write_text(call.args[5], f"{path}\\{call.arg_text(4)}".rstrip("\\"), _MAX_PATH)
    return 0


def sh_get_special_folder_path(call: Call) -> int:
    """SHGetSpecialFolderPath(hwnd, pszPath, csidl, fCreate)."""
    path = _folder_made(call, call.args[2] | (0x8000 if call.args[3] & 0xFFFFFFFF else 0))
    return int(path is not None and call.write_text(call.args[1], path, _MAX_PATH))


def sh_get_known_folder_path(call: Call) -> int:
    """SHGetKnownFolderPath(rfid, dwFlags, hToken, *ppszPath): an HRESULT."""
    data = call.read(call.args[0], 16)
    path = _folder(call, str(uuid.UUID(bytes_le=data)).upper()) if data else None
    if path is None:
        call.write_pointer(call.args[3], 0)
        return _E_NOT_FOUND
    text = call.encoded(path, wide=True)
    address = int(call.emu.mem_map(len(text), tag="fulgurite.known_folder"))
    call.write(address, text)
    call.write_pointer(call.args[3], address)
    return 0


def _csidl_list(call: Call, csidl: int, place: int) -> int:
    """Gives out an item list for a CSIDL; what it stands for is remembered by its address."""
    if _folder(call, str(csidl & 0xFF)) is None:
        return _E_INVALIDARG
    address = int(call.emu.mem_map(0x10, tag="fulgurite.item_list"))
    call.write(address, b"\x08\x00FU" + (csidl & 0xFF).to_bytes(4, "little") + bytes(2))
    call.write_pointer(place, address)
    return 0


def sh_get_special_folder_location(call: Call) -> int:
    """SHGetSpecialFolderLocation(hwnd, csidl, *ppidl), and SHGetFolderLocation: an HRESULT."""
    return _csidl_list(call, call.args[1], call.args[-1])


def sh_get_path_from_id_list(call: Call) -> int:
    """SHGetPathFromIDList(pidl, pszPath)."""
    data = call.read(call.args[0], 8)
    path = _folder(call, str(int.from_bytes(data[4:8], "little"))) if data[2:4] == b"FU" else None
    return int(path is not None and call.write_text(call.args[1], path, _MAX_PATH))


def wow64_redirection(call: Call) -> int:
    """Wow64DisableWow64FsRedirection(*OldValue), Wow64RevertWow64FsRedirection, Wow64EnableWow64FsRedirection."""
    if "Disable" in call.name:
        call.write_pointer(call.args[0], 0)
    return 1


HOOKS: tuple[Hook, ...] = (
    text_api("GetTempFileName", 4, get_temp_file_name),
    text_api("GetCurrentDirectory", 2, get_current_directory),
    text_api("SetCurrentDirectory", 1, set_current_directory),
    text_api("GetFullPathName", 4, get_full_path_name),
    text_api("GetLongPathName", 3, get_long_path_name),
    text_api("GetShortPathName", 3, get_long_path_name),
    text_api("SearchPath", 6, search_path),
    text_api("PathSearchAndQualify", 3, path_search_and_qualify),
    text_api("GetWindowsDirectory", 2, get_windows_directory),
    text_api("GetSystemWindowsDirectory", 2, get_windows_directory),
    text_api("GetSystemDirectory", 2, get_system_directory),
    text_api("GetSystemWow64Directory", 2, get_system_wow64_directory),
    text_api("GetProfilesDirectory", 2, get_profiles_directory),
    text_api("GetAllUsersProfileDirectory", 2, get_profiles_directory),
    text_api("GetDefaultUserProfileDirectory", 2, get_profiles_directory),
    text_api("GetUserProfileDirectory", 3, get_user_profile_directory),
    text_api("SHGetFolderPath", 5, sh_get_folder_path),
    text_api("SHGetFolderPathAndSubDir", 6, sh_get_folder_path_and_sub_dir),
    text_api("SHGetSpecialFolderPath", 4, sh_get_special_folder_path),
    api("SHGetKnownFolderPath", 4, sh_get_known_folder_path),
    api("SHGetSpecialFolderLocation", 3, sh_get_special_folder_location),
    api("SHGetFolderLocation", 5, sh_get_special_folder_location),
    text_api("SHGetPathFromIDList", 2, sh_get_path_from_id_list),
    api("Wow64DisableWow64FsRedirection", 1, wow64_redirection),
    api("Wow64RevertWow64FsRedirection", 1, wow64_redirection),
    api("Wow64EnableWow64FsRedirection", 1, wow64_redirection),
)

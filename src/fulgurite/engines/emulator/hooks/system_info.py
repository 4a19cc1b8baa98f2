"""What the machine is: version, memory, processors, names, adapters, user input."""

from __future__ import annotations

import struct

from fulgurite.engines.emulator.call import Call, Hook, api, native, text_api

ERROR_MORE_DATA = 234
ERROR_BUFFER_OVERFLOW = 111
_METRICS = {
    0: 1920,
    1: 1080,
    16: 1920,
    17: 1040,
    19: 1,
    43: 5,
    61: 1920,
    62: 1040,
    67: 0,
    75: 1,
    78: 1920,
    79: 1080,
    80: 1,
    0x1000: 0,
}


def _version_bytes(call: Call, *, is_wide: bool, size: int) -> bytes:
    version = call.guest.system.version
    text = version.service_pack[:127].encode("utf-16-le" if is_wide else "cp1252", "replace")
    pack = text.ljust(256 if is_wide else 128, b"\0")
    body = struct.pack("<4I", version.major, version.minor, version.build, 2) + pack
    level = int(version.service_pack[-1:]) if version.service_pack[-1:].isdigit() else 0
    return (body + struct.pack("<HHHBB", level, 0, 0x100, 1, 0))[: max(size - 4, 0)]


def version_ex(call: Call) -> int:
    """GetVersionEx(lpVersionInformation): the true version, also for a program without a manifest."""
    size = call.u32(call.args[0])
    return call.succeed(int(call.write(call.args[0] + 4, _version_bytes(call, is_wide=call.wide, size=size))))


def rtl_version(call: Call) -> int:
    """RtlGetVersion(lpVersionInformation)."""
    size = call.u32(call.args[0]) or 276
    call.write(call.args[0] + 4, _version_bytes(call, is_wide=True, size=size))
    return 0


def version(call: Call) -> int:
    """GetVersion()."""
    known = call.guest.system.version
    return known.build << 16 | known.minor << 8 | known.major


def version_numbers(call: Call) -> int:
    """RtlGetNtVersionNumbers(*major, *minor, *build)."""
    known = call.guest.system.version
    for address, value in zip(call.args, (known.major, known.minor, 0xF0000000 | known.build), strict=False):
        call.write_u32(address, value)
    return 0


def system_info(call: Call) -> int:
    """GetSystemInfo and GetNativeSystemInfo(*lpSystemInfo)."""
    count = call.guest.system.processors
    is_wide = call.pointer_bytes == 8  # noqa: PLR2004
    architecture = 9 if is_wide or "Native" in call.name else 0
    head = struct.pack("<HHI", architecture, 0, 0x1000)
    kind = 8664 if architecture else 586
    limits = "<QQQIIIHH" if is_wide else "<IIIIIIHH"
    top = 0x7FFF_FFFE_FFFF if is_wide else 0x7FFE_FFFF
    call.write(
        call.args[0], head + struct.pack(limits, 0x1_0000, top, (1 << count) - 1, count, kind, 0x1_0000, 6, 0x9E0A)
    )
    return 0


def memory_status(call: Call) -> int:
    """GlobalMemoryStatusEx(*lpBuffer)."""
    total = call.guest.system.memory_mib << 20
    free = total * 58 // 100
    call.write(
        call.args[0] + 4,
        struct.pack("<I7Q", 42, total, free, total * 5 // 4, free * 5 // 4, 0x7FFF_FFFE_0000, 0x7FFF_F000_0000, 0),
    )
    return call.succeed()


def physical_memory(call: Call) -> int:
    """GetPhysicallyInstalledSystemMemory(*TotalMemoryInKilobytes)."""
    call.write_u64(call.args[0], call.guest.system.memory_mib * 1024)
    return call.succeed()


def _counted_text(call: Call, text: str, buffer: int, size_at: int, *, with_nul: bool) -> int:
    """Writes `text` and its length, as GetComputerName and GetUserName do."""
    room = call.u32(size_at)
    if not call.write_text(buffer, text, room):
        call.write_u32(size_at, len(text) + 1)
        return call.fail(ERROR_MORE_DATA if not with_nul else 122)
    call.write_u32(size_at, len(text) + int(with_nul))
    return call.succeed()


def computer_name(call: Call) -> int:
    """GetComputerName(lpBuffer, *nSize)."""
    name = call.guest.system.computer[:15]
    if call.u32(call.args[1]) <= len(name):
        call.write_u32(call.args[1], len(name) + 1)
        return call.fail(ERROR_BUFFER_OVERFLOW)
    return _counted_text(call, name, call.args[0], call.args[1], with_nul=False)


def computer_name_ex(call: Call) -> int:
    """GetComputerNameEx(NameType, lpBuffer, *nSize)."""
    kind = call.args[0] & 0xFFFFFFFF
    text = call.guest.system.computer if kind in (0, 1, 3, 4, 5, 7) else ""
    return _counted_text(call, text, call.args[1], call.args[2], with_nul=False)


def user_name(call: Call) -> int:
    """GetUserName(lpBuffer, *pcbBuffer)."""
    return _counted_text(call, call.process.user or call.guest.system.user, call.args[0], call.args[1], with_nul=True)


def user_name_ex(call: Call) -> int:
    """GetUserNameEx(NameFormat, lpNameBuffer, *nSize)."""
    system = call.guest.system
    return _counted_text(call, f"{system.computer}\\{system.user}", call.args[1], call.args[2], with_nul=False)


def system_metrics(call: Call) -> int:
    """GetSystemMetrics(nIndex): one screen of 1920 by 1080."""
    return _METRICS.get(call.args[0] & 0xFFFFFFFF, 0)


def cursor_position(call: Call) -> int:
    """GetCursorPos(*lpPoint): the user's hand moves it slowly over the screen."""
    now = call.guest.clock.now_ms
    call.write(call.args[0], struct.pack("<ii", 400 + now // 37 % 900, 300 + now // 53 % 500))
    return call.succeed()


def last_input(call: Call) -> int:
    """GetLastInputInfo(*plii): the user did something a moment ago."""
    clock = call.guest.clock
    call.write_u32(call.args[0] + 4, (clock.uptime_ms - clock.now_ms % 3_100) & 0xFFFFFFFF)
    return call.succeed()


def adapters_info(call: Call) -> int:
    """GetAdaptersInfo(AdapterInfo, *SizePointer): one Ethernet adapter."""
    is_wide = call.pointer_bytes == 8  # noqa: PLR2004
    size = 704 if is_wide else 640
    if call.u32(call.args[1]) < size or call.args[0] == 0:
        call.write_u32(call.args[1], size)
        return ERROR_BUFFER_OVERFLOW
    system = call.guest.system
    mac = bytes.fromhex(system.mac.replace("-", "").replace(":", ""))
    out = bytearray(size)
    at = 8 if is_wide else 4
    struct.pack_into(
        "<I260s132sI8sIII",
        out,
        at,
        11,
        b"{8A1F2C0E-55B6-4C1C-9D7E-2B0E61F3A5D4}",
        b"Intel(R) 82574L Gigabit Network Connection",
        6,
        mac,
        11,
        6,
        1,
    )
    lists = at + 4 + 260 + 132 + 4 + 8 + 12
    lists = (lists + 7) & ~7 if is_wide else lists
    entry = 48 if is_wide else 40
    first = lists + (8 if is_wide else 4)
    gateway = system.address.rpartition(".")[0] + ".1"
    for number, address in enumerate((system.address, gateway)):
        struct.pack_into(
            "<16s16s", out, first + number * entry + (8 if is_wide else 4), address.encode(), b"255.255.255.0"
        )
    call.write(call.args[0], bytes(out))
    call.write_u32(call.args[1], size)
    return 0


def processor_feature(call: Call) -> int:
    """IsProcessorFeaturePresent(ProcessorFeature)."""
    return int(call.args[0] & 0xFFFFFFFF in (2, 3, 6, 8, 9, 10, 12, 13, 14, 17, 23))


def nt_processor_number(_call: Call) -> int:
    """NtGetCurrentProcessorNumber()."""
    return 0


def product_info(call: Call) -> int:
    """GetProductInfo(major, minor, sp major, sp minor, *type): a professional edition."""
    call.write_u32(call.args[4], 0x30)
    return 1


HOOKS: tuple[Hook, ...] = (
    text_api("GetVersionEx", 1, version_ex),
    api("RtlGetVersion", 1, rtl_version),
    api("GetVersion", 0, version),
    api("RtlGetNtVersionNumbers", 3, version_numbers),
    Hook(("GetSystemInfo", "GetNativeSystemInfo"), 1, system_info),
    api("GlobalMemoryStatusEx", 1, memory_status),
    api("GetPhysicallyInstalledSystemMemory", 1, physical_memory),
    text_api("GetComputerName", 2, computer_name),
    text_api("GetComputerNameEx", 3, computer_name_ex),
    text_api("GetUserName", 2, user_name),
    text_api("GetUserNameEx", 3, user_name_ex),
    api("GetSystemMetrics", 1, system_metrics),
    api("GetCursorPos", 1, cursor_position),
    api("GetLastInputInfo", 1, last_input),
    api("GetAdaptersInfo", 2, adapters_info),
    api("IsProcessorFeaturePresent", 1, processor_feature),
    native("GetCurrentProcessorNumber", 0, nt_processor_number),
    api("GetProductInfo", 5, product_info),
)

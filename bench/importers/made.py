"""Reports made for measuring, in the proportions of real ones: most of the bytes are calls, most calls tell little."""

SHA256 = b"ab" * 32
_APIS = (b"LdrGetProcedureAddress", b"NtClose", b"RegOpenKeyExW", b"NtAllocateVirtualMemory", b"RegQueryValueExW")
_CALL = (
    b'{"timestamp": "2023-10-14 14:%02d:%02d,%03d", "thread_id": "4%03d", "caller": "0x6ffe%06x", '
    b'"parentcaller": "0x0040%06x", "category": "registry", "api": "%s", "status": true, "return": "0x00000000", '
    b'"arguments": [{"name": "Registry", "value": "0x80000002"}, {"name": "SubKey", "value": '
    b'"Software\\\\Classes\\\\CLSID\\\\{%08d}"}, {"name": "Handle", "value": "0x%08x"}, {"name": "Buffer", "value": '
    b'"%s"}, {"name": "FullName", "value": "HKEY_LOCAL_MACHINE\\\\Software\\\\Classes\\\\CLSID\\\\{%08d}"}], '
    b'"repeated": 0, "id": %d}'
)
_CALL_BYTES = 533
"""Of one call without what its buffer holds."""
_USE = (
    b'{"pc": "0x%x", "api_name": "kernel32.%s", "args": ["0x%x", "C:\\\\Windows\\\\%d.txt", "0x3"], "ret_val": "0x%x"}'
)
_USED = (b"GetProcAddress", b"GetLastError", b"HeapAlloc", b"lstrlenA", b"Sleep", b"GetTickCount", b"CreateFileW")


def cape(calls: int, processes: int, size_bytes: int) -> bytes:
    """A report of CAPE 2.4 of about `size_bytes`, with `calls` spread over `processes`."""
    buffer = b"41" * max(0, (size_bytes // calls - _CALL_BYTES) // 2)
    parts = [
        b'{"info": {"version": "2.4-CAPE", "started": "2023-10-14 14:00:00", "id": 1, "machine": {"platform": '
        b'"windows"}}, "malscore": 3.0, "target": {"category": "file", "file": {"name": "a.exe", "sha256": "'
        + SHA256
        + b'"}}, "signatures": [], "network": {}, "behavior": {"processtree": [], "summary": {}, "processes": [',
    ]
    for number in range(processes):
        pid = 1000 + 4 * number
        listed = b", ".join(
            _CALL
            % (at // 60_000 % 60, at // 1000 % 60, at % 1000, pid % 1000, at, at, _APIS[at % 5], at, at, buffer, at, at)
            for at in range(number * calls // processes, (number + 1) * calls // processes)
        )
        parts.append(
            b'%s{"process_id": %d, "process_name": "a.exe", "parent_id": %d, "module_path": "C:\\\\a.exe", "first_'
            b'seen": "2023-10-14 14:00:00,000", "environ": {}, "calls": ['
            % (b", " if number > 0 else b"", pid, pid - 4)
        )
        parts.append(listed + b"]}")
    return b"".join([*parts, b"]}}"])


def speakeasy(calls: int) -> bytes:
    """A report of Speakeasy 1.x with one entry point and `calls`."""
    listed = b", ".join(_USE % (at, _USED[at % 7], at, at, at) for at in range(calls))
    return b'[{"ep_type": "module_entry", "start_addr": "0x1", "ep_args": [], "apihash": "%s", "apis": [%s]}]' % (
        SHA256,
        listed,
    )

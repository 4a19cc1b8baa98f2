"""urlmon: downloads to files, and URLs taken apart for WinINet and WinHTTP."""

import ntpath
import zlib

from fulgurite.engines.emulator import paths
from fulgurite.engines.emulator.call import Call, Hook, api, text_api
from fulgurite.engines.emulator.opening import GENERIC_WRITE, OVERWRITE_IF, OpenFile, Wanted, opened
from fulgurite.engines.emulator.status import NtFailure
from fulgurite.engines.emulator.web import DEFAULT_PORTS, Exchange, Url, url_of

E_INVALIDARG = 0x8007_0057
E_PENDING = 0x8000_000A
INET_E_INVALID_URL = 0x800C_0002
INET_E_RESOURCE_NOT_FOUND = 0x800C_0005
INET_E_CANNOT_CONNECT = 0x800C_0004
INET_E_DOWNLOAD_FAILURE = 0x800C_0008
ERROR_INVALID_PARAMETER = 87
ERROR_INTERNET_UNRECOGNIZED_SCHEME = 12_006
ERROR_INTERNET_INVALID_URL = 12_005
_SCHEMES = {"ftp": 1, "http": 3, "https": 4}
_WINHTTP_SCHEMES = {"http": 1, "https": 2, "ftp": 3}


def _fetched(call: Call, text: str) -> Exchange | int:
    """The answered request of `text`; the HRESULT that says why there is none."""
    url = url_of(text)
    if url is None:
        return INET_E_INVALID_URL
    request = Exchange(call.process, "GET", url, agent=call.guest.system.user_agent)
    request.add_headers("Accept: */*\nAccept-Encoding: gzip, deflate")
    if not request.send(call.guest):
        return INET_E_RESOURCE_NOT_FOUND
    request.close()
    return request


def stored(call: Call, path: str, data: bytes) -> bool:
    """Writes `data` into the guest's file `path`, recorded; False when that cannot be."""
    file = opened(call, path, Wanted(GENERIC_WRITE, OVERWRITE_IF)).thing
    if not isinstance(file, OpenFile):
        return False
    try:
        call.guest.files.write(file.node, file.stream, 0, data, call.process)
    except NtFailure:
        return False
    return True


def download_to_file(call: Call) -> int:
    """URLDownloadToFile(caller, url, file, reserved, callback)."""
    name = call.arg_text(2)
    if not name:
        return E_INVALIDARG
    request = _fetched(call, call.arg_text(1))
    if isinstance(request, int):
        return request
    data = request.read(request.left_bytes)
    return 0 if stored(call, paths.absolute(name, call.process.cwd), data) else INET_E_DOWNLOAD_FAILURE


def download_to_cache(call: Call) -> int:
    """URLDownloadToCacheFile(caller, url, name, size, reserved, callback)."""
    text = call.arg_text(1)
    request = _fetched(call, text)
    if isinstance(request, int):
        return request
    stem, ending = ntpath.splitext(
        ntpath.basename(request.url.path.partition("?")[0].replace("/", "\\")) or "index.htm"
    )
    folder = call.guest.system.environment["LOCALAPPDATA"] + "\\Microsoft\\Windows\\INetCache\\IE"
    cell = f"{zlib.crc32(text.encode('utf-8', 'replace')):08X}"
    call.guest.files.seed_folder(f"{folder}\\{cell}")
    path = paths.absolute(f"{folder}\\{cell}\\{stem[:64]}[1]{ending[:16]}", "C:\\")
    if not paths.is_well_formed(path) or not stored(call, path, request.read(request.left_bytes)):
        return INET_E_DOWNLOAD_FAILURE
    return 0 if call.write_text(call.args[2], path, call.args[3] & 0xFFFF) else E_INVALIDARG


def open_stream(call: Call) -> int:
    """URLOpenStream, URLOpenBlockingStream, URLOpenPullStream: the request is made; no stream object comes of it."""
    request = _fetched(call, call.arg_text(1))
    if isinstance(request, int):
        return request
    return INET_E_DOWNLOAD_FAILURE


# -- URLs taken apart ------------------------------------------------------------------------------------------------
def _cracked(call: Call, length: int, components: int, schemes: dict[str, int], *, wide: bool) -> bool | None:
    """Fills URL_COMPONENTS from the URL of argument 0; None when that is no URL, False when there is no room.

    dwStructSize, lpszScheme, dwSchemeLength, nScheme, lpszHostName, dwHostNameLength, nPort, then user name, password,
    path and extra information as a pointer and a length each.
    """
    text = call.text(call.args[0], wide=wide)
    text = text[:length] if length else text
    url = url_of(text)
    if url is None or url.scheme not in schemes:
        return None
    size = call.pointer_bytes
    path, mark, query = url.path.partition("?")
    start = text.find("://") + 3
    after = text.find("/", start)
    own_path = path if after >= 0 else ""
    parts = (url.scheme, url.host, url.user, url.password, own_path, mark + query)
    at, places = size, []
    for index in range(6):
        places.append(at)
        at += 2 * size if index > 1 else size + 8
    call.write_u32(components + places[0] + size + 4, schemes[url.scheme])
    call.write(components + places[1] + size + 4, url.port.to_bytes(2, "little"))
    unit = 2 if wide else 1
    fits = True
    for part, place in zip(parts, places, strict=True):
        target, room = call.pointer(components + place), call.u32(components + place + size)
        if target:
            fits = call.write_text(target, part, min(room, 65_536), wide=wide) and fits
        elif room:
            found = text.lower().find(part.lower()) if part else len(text)
            call.write_pointer(components + place, call.args[0] + unit * max(found, 0))
        else:
            continue
        call.write_u32(components + place + size, len(part))
    return fits


def crack_url(call: Call) -> int:
    """InternetCrackUrl(url, length, flags, components)."""
    done = _cracked(call, call.args[1] & 0xFFFFFFFF, call.args[3], _SCHEMES, wide=call.wide)
    if done is None:
        return call.fail(ERROR_INTERNET_UNRECOGNIZED_SCHEME)
    return call.succeed() if done else call.fail(122)


def winhttp_crack_url(call: Call) -> int:
    """WinHttpCrackUrl(url, length, flags, components)."""
    done = _cracked(call, call.args[1] & 0xFFFFFFFF, call.args[3], _WINHTTP_SCHEMES, wide=True)
    if done is None:
        return call.fail(ERROR_INTERNET_UNRECOGNIZED_SCHEME)
    return call.succeed() if done else call.fail(122)


def canonicalize(call: Call) -> int:
    """InternetCanonicalizeUrl(url, buffer, size, flags)."""
    url = url_of(call.arg_text(0))
    text = str(url) if url is not None else call.arg_text(0)
    room = call.u32(call.args[2])
    call.write_u32(call.args[2], len(text) + (room <= len(text)))
    return call.succeed() if call.write_text(call.args[1], text, room) else call.fail(122)


def check_connection(call: Call) -> int:
    """InternetCheckConnection(url, flags, reserved): an echo request to the host, when one is named."""
    url = url_of(call.arg_text(0)) if call.args[0] else None
    if url is not None:
        answers = call.guest.network.lookup(call.process, url.host)
        if not answers:
            return call.fail(12_007)
        talk = call.guest.network.open(call.process, "icmp", answers[0], 0)
        if talk is not None:
            talk.sent(40)
            talk.received(40)
            talk.close()
    return call.succeed()


def connected_state(call: Call) -> int:
    """InternetGetConnectedState(flags, reserved), ...Ex: INTERNET_CONNECTION_LAN."""
    call.write_u32(call.args[0], 0x12)
    return call.succeed()


def connected_state_ex(call: Call) -> int:
    """InternetGetConnectedStateEx(flags, name, length, reserved)."""
    call.write_u32(call.args[0], 0x12)
    call.write_text(call.args[1], "Ethernet", call.args[2] & 0xFFFF)
    return call.succeed()


def attempt_connect(call: Call) -> int:
    """InternetAttemptConnect(reserved): ERROR_SUCCESS."""
    return call.succeed(0)


def is_valid_url(call: Call) -> int:
    """IsValidURL(context, url, reserved): S_OK or S_FALSE."""
    return int(url_of(call.text(call.args[1], wide=True)) is None)


def combine(call: Call) -> int:
    """InternetCombineUrl(base, relative, buffer, size, flags)."""
    base, relative = url_of(call.arg_text(0)), call.arg_text(1)
    if base is None:
        return call.fail(ERROR_INTERNET_INVALID_URL)
    whole = url_of(relative)
    path = relative if relative.startswith("/") else base.path.partition("?")[0].rpartition("/")[0] + "/" + relative
    text = str(whole if whole is not None else base._replace(path=path))
    room = call.u32(call.args[3])
    call.write_u32(call.args[3], len(text) + (room <= len(text)))
    return call.succeed() if call.write_text(call.args[2], text, room) else call.fail(122)


def create_url(call: Call) -> int:
    """InternetCreateUrl(components, flags, url, size)."""
    components, size = call.args[0], call.pointer_bytes

    def part(at: int) -> str:
        return call.text(call.pointer(components + at))

    host_at = 2 * size + 8
    port = call.u16(components + host_at + size + 4)
    scheme = part(size) or {1: "ftp", 4: "https"}.get(call.u32(components + 2 * size + 4), "http")
    rest = host_at + size + 8 + 4 * size
    path = part(rest) + part(rest + 2 * size)
    url = Url(
        scheme, part(host_at), port or DEFAULT_PORTS.get(scheme, 80), path if path.startswith("/") else f"/{path}"
    )
    text, room = str(url), call.u32(call.args[3])
    call.write_u32(call.args[3], len(text) + (room <= len(text)))
    return call.succeed() if call.write_text(call.args[2], text, room) else call.fail(122)


HOOKS: tuple[Hook, ...] = (
    text_api("URLDownloadToFile", 5, download_to_file),
    text_api("URLDownloadToCacheFile", 6, download_to_cache),
    text_api("URLOpenStream", 4, open_stream),
    text_api("URLOpenBlockingStream", 5, open_stream),
    text_api("URLOpenPullStream", 4, open_stream),
    text_api("InternetCrackUrl", 4, crack_url),
    api("WinHttpCrackUrl", 4, winhttp_crack_url),
    text_api("InternetCanonicalizeUrl", 4, canonicalize),
    text_api("InternetCombineUrl", 5, combine),
    text_api("InternetCreateUrl", 4, create_url),
    text_api("InternetCheckConnection", 3, check_connection),
    api("InternetGetConnectedState", 2, connected_state),
    text_api("InternetGetConnectedStateEx", 4, connected_state_ex),
    api("InternetGetConnectedStateEx", 4, connected_state_ex),
    api("InternetAttemptConnect", 1, attempt_connect),
    api("IsValidURL", 3, is_valid_url),
)

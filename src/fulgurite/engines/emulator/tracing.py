"""Which calls of APIs without own hooks are told: the emulator answers them, this table says what is worth keeping."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fulgurite.engines.emulator.call import Hook

if TYPE_CHECKING:
    from fulgurite.engines.emulator.guest import Guest
    from fulgurite.engines.emulator.processes import GuestProcess

_KEPT = re.compile(
    r"""
    crypt.* | bcrypt.* | ncrypt.* | systemfunction\d+ | rtlgenrandom | cert(open|add|find|close).* | pfx.*
    | (get|set|open|empty|close|enum)clipboard.* | addclipboardformatlistener | setclipboardviewer
    | get(async)?keystate | getkeyboardstate | getrawinputdata | registerrawinputdevices | registerhotkey
    | mouse_event | keybd_event | sendinput | swapmousebutton | setcursorpos | clipcursor | showcursor | bitblt
    | stretchblt | printwindow | getdibits | createcompatiblebitmap | capcreatecapturewindow.* | wavein.*
    | messagebox.* | setwindowtext.* | systemparametersinfo.* | changedisplaysettings.* | paintdesktop
    | get(system|user)default(ui)?lang.* | get(system|user)default(lcid|localename) | getkeyboardlayout.*
    | getlocaleinfo.* | getsystemfirmwaretable | enumdevicedrivers | getdevicedriver.* | setupdi.* | wlan.*
    | deviceiocontrol | cocreateinstance.* | cogetobject | clsidfrom.* | ole(initialize|createinstance).*
    | logonuser.* | lookupaccount.* | net(user|share|local|wksta|server|group|session).* | cred.* | lsa.*
    | sam[a-z].* | minidumpwritedump | vault.* | wts.* | wnet.* | rasenum.* | setprocess.*priority.*
    | setpriorityclass | isprocesscritical | addvectoredexceptionhandler | rtladdvectoredexceptionhandler
    | getthreadcontext | debugactiveprocess.* | debugbreak.* | waitfordebugevent.* | seterrormode | amsi.* | etw.*
    | winverifytrust.* | wer.* | sfc.* | srset.* | createrestore.* | msi[a-z].* | sendmessage.* | postmessage.*
    | registerapplicationrestart | setthreadexecutionstate | createdesktop.* | switchdesktop | setfirmware.*
    | getfirmware.* | getcurrenthwprofile.* | getsystempowerstatus | getpwrcapabilities | getdiskfreespace.*
    | getdrivetype.* | getlogicaldrive.* | setvolume.* | definedosdevice.* | creat[e]?mailslot.*
    """,
    re.VERBOSE,
)
"""APIs whose handler is the emulator's own and that are told."""

_NOISE = re.compile(
    r"""
    .*(heap|criticalsection|srwlock|slist|condition|interlocked|unwind|exceptionhandler|tls|fls).*
    | (en|de)codepointer | rtl(en|de)codepointer
    | (local|global)(alloc|free|lock|unlock|size|realloc|flags|handle) | multibytetowidechar | widechartomultibyte
    | lstr.* | str.* | wcs.* | mem.* | char(upper|lower|next|prev).* | ischar.* | wsprintf.* | wvsprintf.*
    | path[a-z].* | _.* | [a-z]{1,8}
    | rtl(init|copy|compare|equal|free|move|zero|fill|unicode|ansi|upcase|append|hash|length|create).* | ldr.*
    | get(last|std|startup|acp|oemcp|cpinfo|stringtype|console|filetype|modulehandle|procaddress|processheap).*
    | set(last|std|console|handle).* | is(valid|badread|badwrite|dbcs).* | lcmap.* | compare.*string.*
    | foldstring.* | .*(sysalloc|sysfree|sysstring|sysrealloc).* | variant.* | safearray.* | cotaskmem.*
    | couninitialize | oleuninitialize | getcurrentthread.* | getcurrentprocess | switchtothread
    | ntyieldexecution | freelibrary.* | disablethread.* | raiseexception | rtlraiseexception | defwindowproc.*
    | dispatchmessage.* | translatemessage.* | getmessage.* | peekmessage.* | initonce.*
    | create(thread|pen|solidbrush|font).* | select(object|palette) | delete(object|dc) | get(dc|sysc).*
    | loadcursor.* | loadicon.* | loadstring.* | begin.*paint | endpaint | update(window|layered.*)
    | show(window|cursor)
    """,
    re.VERBOSE,
)
_KERNEL = re.compile(
    r"io(create|attach|register|delete).* | ps(set|remove|create|lookup).* | ob(register|unregister|open).*"
    r" | cmregister.*"
    r" | ke(stack|insert|serviced|raise).* | mm(map|get|copy|protect|allocate).* | dbgprint.* | exallocate.*pool.*"
    r" | flt.* | fwp.* | ndis.* | zw.*",
    re.VERBOSE,
)
"""What a kernel driver does that is told, though the emulator answers it."""
_COUNTED = ("keystate", "keyboardstate", "sendmessagea", "sendmessagew", "postmessagea", "postmessagew")
"""APIs that programs call in loops: told without arguments, with their number."""
_RUNTIME = re.compile(r"msvc.*|ucrtbase.*|vcruntime.*|api-ms-win-crt.*|libgcc.*|libstdc.*|libwinpthread.*")


class Tracer:
    """Told by the emulator of each API call of one process, in the place of its own log."""

    def __init__(self, emu: Any, guest: Guest, process: GuestProcess, hooks: tuple[Hook, ...]) -> None:
        self._emu = emu
        self._guest = guest
        self._process = process
        self._own = {name.lower() for hook in hooks for name in hook.names}
        self._is_told: dict[str, bool] = {}

    def __call__(self, _pc: int, api: str, ret: int | None, args: list[Any], *, run: Any = None) -> None:
        """Takes one call, which has been answered."""
        run = self._emu.curr_run if run is None else run
        if run is not None:
            run.num_apis += 1
        library, _, name = api.lower().partition(".")
        if name in self._own:
            return
        self._guest.clock.call()
        told = self._is_told.get(api)
        if told is None:
            told = self._is_told[api] = self._is_worth_telling(library, name, api.partition(".")[2])
        if not told:
            return
        if name.endswith(_COUNTED):
            self._guest.calls.note(self._process, api)
            return
        texts = tuple(str(arg.display) for arg in args)
        self._guest.calls.note(self._process, api, texts, None if ret is None else hex(ret))

    def _is_worth_telling(self, library: str, lower: str, name: str) -> bool:
        if _RUNTIME.fullmatch(library):
            return False
        if _KEPT.fullmatch(lower) or (library == "ntoskrnl" and _KERNEL.fullmatch(lower)):
            return True
        return not _NOISE.fullmatch(lower) and not _has_handler(self._emu, library, name)


def _has_handler(emu: Any, library: str, name: str) -> bool:
    """Whether the emulator knows this API by a handler of its own."""
    if emu.api.get_export_func_handler(library, name)[1]:
        return True
    return bool(emu.normalize_import_miss(library, name)[1])

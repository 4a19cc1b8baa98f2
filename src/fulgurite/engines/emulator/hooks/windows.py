"""Windows of the program's own: their messages, timers and dialogs, as far as a user who only closes them goes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import unicorn.x86_const as x86

from fulgurite.engines.emulator.call import Call, Hook, api, text_api
from fulgurite.engines.emulator.hooks.callbacks import call_back, thread_like

WM_CREATE, WM_DESTROY, WM_PAINT, WM_CLOSE, WM_QUIT = 0x1, 0x2, 0xF, 0x10, 0x12
WM_INITDIALOG, WM_COMMAND, WM_TIMER = 0x110, 0x111, 0x113
IDCANCEL = 2
FIRST_WINDOW = 0x3_0100
MAX_WINDOWS = 1_000
MAX_QUEUE = 10_000
MAX_TIMER_MESSAGES = 500
"""Messages of timers that one process gets; then its user closes its windows."""
DIALOG_TIMER_MESSAGES = 5
_READING_MS = 2_000
"""How long a user looks at a message box."""
_ERROR_NO_CLASS, _ERROR_NO_WINDOW, _ERROR_FULL = 1407, 1400, 1816
_REGISTERS = (x86.UC_X86_REG_RCX, x86.UC_X86_REG_RDX, x86.UC_X86_REG_R8, x86.UC_X86_REG_R9)


class Message(NamedTuple):
    """What stands in a MSG."""

    window: int
    number: int
    wparam: int = 0
    lparam: int = 0


@dataclass(eq=False)
class Window:
    """A window of the program."""

    procedure: int
    title: str = ""
    needs_paint: bool = False
    frame: Any = None
    """Of a modal dialog: the call that waits for its end."""


@dataclass(eq=False)
class Timer:
    """A timer that sends messages."""

    window: int
    number: int
    period_ms: int
    function: int
    due_ms: int


@dataclass(eq=False)
class Desktop:
    """What one process has on the desktop."""

    classes: dict[str, int] = field(default_factory=dict)
    """Class name in lower case, or `#atom` -> its procedure."""
    windows: dict[int, Window] = field(default_factory=dict)
    timers: list[Timer] = field(default_factory=list)
    queue: deque[Message] = field(default_factory=deque)
    quits_with: int | None = None
    timer_messages: int = 0
    made: int = 0

    def new_window(self, window: Window) -> int:
        """The handle of `window`."""
        self.made += 1
        handle = FIRST_WINDOW + 2 * self.made
        self.windows[handle] = window
        return handle


def _desktop(call: Call) -> Desktop:
    desktop: Desktop = call.emu.__dict__.setdefault("own_desktop", Desktop())
    return desktop


def _go_to(call: Call, function: int, *arguments: int) -> None:
    """Leaves the API by a jump to `function`, whose result then is that of the API."""
    if call.pointer_bytes == 8:  # noqa: PLR2004 - a 64-bit process
        for register, argument in zip(_REGISTERS, arguments, strict=False):
            call.emu.emu_eng.emu.reg_write(register, argument)
    else:
        back, stack = call.emu.get_ret_address(), call.emu.get_stack_ptr()
        stack += 4 * (len(call.args) - len(arguments))
        words = (back, *arguments)
        call.emu.mem_write(stack, b"".join((word & 0xFFFFFFFF).to_bytes(4, "little") for word in words))
        call.emu.set_stack_ptr(stack)
    call.emu.set_pc(function)


# -- classes and windows ---------------------------------------------------------------------------------------------
def register_class(call: Call) -> int:
    """RegisterClass(lpWndClass) and RegisterClassEx: the class's atom."""
    size = call.pointer_bytes
    at = call.args[0] + (8 if "ClassEx" in call.name else size)  # after cbSize and style, or style alone
    procedure = call.pointer(at)
    # lpfnWndProc, cbClsExtra, cbWndExtra, hInstance, hIcon, hCursor, hbrBackground, lpszMenuName, lpszClassName
    name = call.text(call.pointer(at + size + 8 + 5 * size))
    desktop = _desktop(call)
    atom = 0xC100 + len(desktop.classes)
    desktop.classes[name.lower()] = desktop.classes[f"#{atom}"] = procedure
    return call.succeed(atom)


def create_window(call: Call) -> int | None:
    """CreateWindowEx(exstyle, class, title, style, x, y, width, height, parent, menu, instance, param)."""
    desktop, name = _desktop(call), call.args[1]
    key = f"#{name}" if name < 0x10000 else call.text(name).lower()  # noqa: PLR2004 - an atom
    if key not in desktop.classes:
        return call.original(call.args) if call.original is not None else call.fail(_ERROR_NO_CLASS)
    if len(desktop.windows) >= MAX_WINDOWS:
        return call.fail(_ERROR_FULL)
    procedure = desktop.classes[key]
    handle = desktop.new_window(Window(procedure, call.arg_text(2)))
    created = int(call.emu.mem_map(0x100, tag="api.CREATESTRUCT"))
    call.write_pointer(created, call.args[11])
    call_back(call, procedure, (handle, WM_CREATE, 0, created))
    return call.succeed(handle)


def _destroyed(call: Call, handle: int) -> bool:
    desktop = _desktop(call)
    window = desktop.windows.pop(handle, None)
    if window is None:
        return False
    desktop.timers = [timer for timer in desktop.timers if timer.window != handle]
    call_back(call, window.procedure, (handle, WM_DESTROY, 0, 0))
    return True


def destroy_window(call: Call) -> int | None:
    """DestroyWindow(hWnd)."""
    if _destroyed(call, call.args[0]):
        return call.succeed()
    return call.original(call.args) if call.original is not None else call.fail(_ERROR_NO_WINDOW)


def show_window(call: Call) -> int | None:
    """ShowWindow(hWnd, nCmdShow), InvalidateRect(hWnd, lpRect, bErase): the window is to be painted."""
    window = _desktop(call).windows.get(call.args[0])
    if window is None:
        return call.original(call.args) if call.original is not None else 1
    window.needs_paint = True
    return call.succeed(0 if call.name.endswith("ShowWindow") else 1)


def update_window(call: Call) -> int | None:
    """UpdateWindow(hWnd): paints now."""
    window = _desktop(call).windows.get(call.args[0])
    if window is not None and window.needs_paint:
        window.needs_paint = False
        call_back(call, window.procedure, (call.args[0], WM_PAINT, 0, 0))
    return call.succeed()


def window_text(call: Call) -> int | None:
    """GetWindowText(hWnd, lpString, nMaxCount)."""
    window = _desktop(call).windows.get(call.args[0])
    if window is None:
        return call.original(call.args) if call.original is not None else 0
    text = window.title[: max((call.args[2] & 0x7FFFFFFF) - 1, 0)]
    return call.succeed(len(text) if call.write_text(call.args[1], text, len(text) + 1) else 0)


def set_window_text(call: Call) -> int:
    """SetWindowText(hWnd, lpString)."""
    window = _desktop(call).windows.get(call.args[0])
    if window is not None:
        window.title = call.arg_text(1)
    return call.succeed()


# -- messages --------------------------------------------------------------------------------------------------------
def _next(call: Call, *, waits: bool) -> Message | None:
    """The next message: what was posted, the end, paintings, timers; None when there is none."""
    desktop = _desktop(call)
    if desktop.queue:
        return desktop.queue.popleft()
    if desktop.quits_with is not None:
        return Message(0, WM_QUIT, desktop.quits_with)
    for handle, window in desktop.windows.items():
        if window.needs_paint:
            window.needs_paint = False
            return Message(handle, WM_PAINT)
    timer = min(desktop.timers, key=lambda timer: timer.due_ms, default=None)
    if timer is not None and desktop.timer_messages < MAX_TIMER_MESSAGES:
        return _fired(call, timer, waits=waits)
    if waits and desktop.windows:
        handle = next(iter(desktop.windows))
        return Message(handle, WM_CLOSE)
    return None


def _fired(call: Call, timer: Timer, *, waits: bool) -> Message | None:
    clock, emu = call.guest.clock, call.emu
    if timer.due_ms > clock.now_ms:
        if not waits:
            return None
        call.guest.pause(timer.due_ms - clock.now_ms, call.process)
    if timer.function:
        emu.run_queue[:] = [run for run in emu.run_queue if run.start_addr != timer.function]
    timer.due_ms = clock.now_ms + timer.period_ms
    _desktop(call).timer_messages += 1
    return Message(timer.window, WM_TIMER, timer.number, timer.function)


def _written(call: Call, message: Message) -> None:
    size = call.pointer_bytes
    values = (message.window, message.number, message.wparam, message.lparam, call.guest.clock.uptime_ms & 0xFFFFFFFF)
    call.write(call.args[0], b"".join(value.to_bytes(8, "little")[:size] for value in values) + bytes(8))


def get_message(call: Call) -> int | None:
    """GetMessage(lpMsg, hWnd, wMsgFilterMin, wMsgFilterMax): a user closes the windows of one who waits for ever."""
    message = _next(call, waits=True)
    if message is None:
        return call.original(call.args) if call.original is not None else 0
    if message.number == WM_CLOSE and _desktop(call).timer_messages < MAX_TIMER_MESSAGES * 2:
        _desktop(call).timer_messages += 1
    elif message.number == WM_CLOSE:
        message = Message(0, WM_QUIT)
    if message.number == WM_QUIT:
        _desktop(call).quits_with = None
    _written(call, message)
    return int(message.number != WM_QUIT)


def peek_message(call: Call) -> int | None:
    """PeekMessage(lpMsg, hWnd, wMsgFilterMin, wMsgFilterMax, wRemoveMsg)."""
    desktop = _desktop(call)
    message = _next(call, waits=False)
    if message is None:
        return call.original(call.args) if call.original is not None else 0
    _written(call, message)
    if not call.args[4] & 1 and message.number != WM_QUIT:
        desktop.queue.appendleft(message)
    elif message.number == WM_QUIT:
        desktop.quits_with = None
    return 1


def dispatch_message(call: Call) -> int | None:
    """DispatchMessage(lpMsg): calls the window's procedure, or the function of a timer."""
    size = call.pointer_bytes
    window, number, wparam, lparam = (call.pointer(call.args[0] + size * index) for index in range(4))
    number &= 0xFFFFFFFF
    if number == WM_TIMER and lparam and call.emu.get_address_map(lparam) is not None:
        _go_to(call, lparam, window, WM_TIMER, wparam, call.guest.clock.uptime_ms & 0xFFFFFFFF)
        return None
    known = _desktop(call).windows.get(window)
    if known is None:
        return 0
    _go_to(call, known.procedure, window, number, wparam, lparam)
    return None


def send_message(call: Call) -> int | None:
    """SendMessage(hWnd, Msg, wParam, lParam), and CallWindowProc with the procedure before these."""
    window = _desktop(call).windows.get(call.args[0])
    if window is None:
        return call.original(call.args) if call.original is not None else 0
    _go_to(call, window.procedure, *call.args[:4])
    return None


def post_message(call: Call) -> int:
    """PostMessage(hWnd, Msg, wParam, lParam), PostThreadMessage(idThread, Msg, wParam, lParam)."""
    desktop = _desktop(call)
    is_window = "Thread" not in call.name
    window = desktop.windows.get(call.args[0]) if is_window else None
    if window is not None and window.frame is not None:
        _into_dialog(window, Message(call.args[0], *call.args[1:4]))
    elif len(desktop.queue) < MAX_QUEUE and (window is not None or not is_window or call.args[0] == 0):
        desktop.queue.append(Message(call.args[0] if is_window else 0, call.args[1] & 0xFFFFFFFF, *call.args[2:4]))
    return call.succeed()


def post_quit(call: Call) -> int:
    """PostQuitMessage(nExitCode)."""
    _desktop(call).quits_with = call.args[0] & 0xFFFFFFFF
    return 0


def default_procedure(call: Call) -> int | None:
    """DefWindowProc(hWnd, Msg, wParam, lParam): a window that is closed is destroyed."""
    if call.args[1] & 0xFFFFFFFF == WM_CLOSE:
        _destroyed(call, call.args[0])
    return 0


def set_timer(call: Call) -> int:
    """SetTimer(hWnd, nIDEvent, uElapse, lpTimerFunc): a function also runs when the program never asks for messages."""
    window, number, period, function = call.args[:4]
    desktop = _desktop(call)
    known = desktop.windows.get(window)
    if known is None:
        number = len(desktop.timers) + 1 if window == 0 else number
    if known is not None and known.frame is not None:
        for _ in range(DIALOG_TIMER_MESSAGES):
            _into_dialog(known, Message(window, WM_TIMER, number, function))
        return call.succeed(number or 1)
    period = min(max(period & 0xFFFFFFFF, 10), 0x7FFFFFFF)
    desktop.timers = [t for t in desktop.timers if (t.window, t.number) != (window, number)]
    desktop.timers.append(Timer(window, number, period, function, call.guest.clock.now_ms + period))
    if function:
        thread_like(call, function, window, WM_TIMER, number, call.guest.clock.uptime_ms & 0xFFFFFFFF)
    return call.succeed(number or 1)


def kill_timer(call: Call) -> int:
    """KillTimer(hWnd, uIDEvent)."""
    desktop = _desktop(call)
    desktop.timers = [t for t in desktop.timers if (t.window, t.number) != tuple(call.args[:2])]
    window = desktop.windows.get(call.args[0])
    if window is not None and window.frame is not None:
        ours = (call.args[0], WM_TIMER, call.args[1])
        window.frame.pending[:] = [entry for entry in window.frame.pending if entry[1][:3] != ours]
    return call.succeed()


# -- dialogs ---------------------------------------------------------------------------------------------------------
def _into_dialog(window: Window, message: Message) -> None:
    """Lets a modal dialog get `message` before its user closes it."""
    pending = window.frame.pending
    if len(pending) < MAX_TIMER_MESSAGES:
        pending.insert(max(len(pending) - 1, 0), (window.procedure, tuple(message)))


def dialog_box(call: Call) -> int:
    """DialogBoxParam(instance, template, parent, procedure, param) and DialogBoxIndirectParam: the dialog's result."""
    desktop, procedure = _desktop(call), call.args[3]
    window = Window(procedure, frame=call.emu._active_api_frame)  # noqa: SLF001 - the machine's own
    handle = desktop.new_window(window)
    if not call_back(call, procedure, (handle, WM_INITDIALOG, 0, call.args[4])):
        return call.fail(_ERROR_NO_WINDOW, call.invalid_handle())
    call_back(call, procedure, (handle, WM_COMMAND, IDCANCEL, 0))
    return IDCANCEL


_ANSWERS = {0: 1, 1: 1, 2: 3, 3: 6, 4: 6, 5: 4, 6: 11}
"""Kind of a message box -> what a user answers who wants the program to go on."""


def message_box(call: Call) -> int:
    """MessageBox(hWnd, lpText, lpCaption, uType) and its Ex form: OK, Yes, Ignore, Retry, Continue."""
    call.guest.calls.note(call.process, call.name, (call.arg_text(1), call.arg_text(2)))
    call.guest.pause(_READING_MS, call.process)
    return call.succeed(_ANSWERS.get(call.args[3] & 0xF, 1))


def end_dialog(call: Call) -> int:
    """EndDialog(hDlg, nResult)."""
    window = _desktop(call).windows.pop(call.args[0], None)
    if window is not None and window.frame is not None:
        window.frame.pending.clear()
        window.frame.result = call.args[1]
    return call.succeed()


HOOKS: tuple[Hook, ...] = (
    text_api("RegisterClass", 1, register_class),
    text_api("RegisterClassEx", 1, register_class),
    text_api("CreateWindowEx", 12, create_window),
    api("DestroyWindow", 1, destroy_window),
    api("ShowWindow", 2, show_window),
    api("InvalidateRect", 3, show_window),
    api("UpdateWindow", 1, update_window),
    text_api("GetWindowText", 3, window_text),
    text_api("SetWindowText", 2, set_window_text),
    text_api("GetMessage", 4, get_message),
    text_api("PeekMessage", 5, peek_message),
    text_api("DispatchMessage", 1, dispatch_message),
    text_api("SendMessage", 4, send_message),
    text_api("PostMessage", 4, post_message),
    text_api("PostThreadMessage", 4, post_message),
    api("PostQuitMessage", 1, post_quit),
    text_api("DefWindowProc", 4, default_procedure),
    api("SetTimer", 4, set_timer),
    api("KillTimer", 2, kill_timer),
    text_api("DialogBoxParam", 5, dialog_box),
    text_api("DialogBoxIndirectParam", 5, dialog_box),
    text_api("MessageBox", 4, message_box),
    text_api("MessageBoxEx", 5, message_box),
    api("EndDialog", 2, end_dialog),
)

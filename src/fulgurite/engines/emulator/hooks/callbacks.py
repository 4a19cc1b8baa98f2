"""APIs that call a function of the program: each is called as often as Windows certainly would, at least once."""

from __future__ import annotations

from fulgurite.engines.emulator.call import Call, Hook, api


def call_back(call: Call, function: int, arguments: tuple[int, ...]) -> bool:
    """Lets the program's `function` run before the API returns; False when nothing is there."""
    if function == 0 or call.emu.get_address_map(function) is None:
        return False
    handler = call.emu.api.load_api_handler("kernel32")
    handler.setup_callback(function, arguments)
    return True


def thread_like(call: Call, function: int, *arguments: int) -> bool:
    """Queues `function` as a thread of the calling process."""
    if function == 0:
        return False
    context = arguments[0] if arguments else 0
    _, thread = call.emu.create_thread(function, context, call.emu.get_current_process())
    if thread is not None and len(arguments) > 1:
        run = next((run for run in call.emu.run_queue if run.thread is thread), None)
        if run is not None:
            run.args = arguments
    return thread is not None


def queue_work_item(call: Call) -> int:
    """QueueUserWorkItem(Function, Context, Flags)."""
    return call.succeed(int(thread_like(call, call.args[0], call.args[1])))


def create_work(call: Call) -> int:
    """CreateThreadpoolWork(pfnwk, pv, pcbe) and CreateThreadpoolTimer, CreateThreadpoolWait: the function is kept."""
    return call.succeed(call.guest.handle_of(("work", call.args[0], call.args[1])))


def submit_work(call: Call) -> int:
    """SubmitThreadpoolWork(pwk), SetThreadpoolTimer, SetThreadpoolWait: runs it as (instance, context, work)."""
    thing = call.guest.handles.get(call.args[0])
    if isinstance(thing, tuple) and thing[0] == "work":
        thread_like(call, thing[1], 0, thing[2], call.args[0])
    return 0


def try_submit(call: Call) -> int:
    """TrySubmitThreadpoolCallback(pfns, pv, pcbe)."""
    return call.succeed(int(thread_like(call, call.args[0], 0, call.args[1])))


def timer_queue_timer(call: Call) -> int:
    """CreateTimerQueueTimer(*phNewTimer, queue, Callback, Parameter, DueTime, Period, Flags): one call of it."""
    call.write_pointer(call.args[0], call.guest.handle_of(("timer", call.args[2])))
    thread_like(call, call.args[2], call.args[3], 1)
    return call.succeed()


def register_wait(call: Call) -> int:
    """RegisterWaitForSingleObject(*phNewWaitObject, hObject, Callback, Context, dwMilliseconds, dwFlags)."""
    call.write_pointer(call.args[0], call.guest.handle_of(("wait", call.args[2])))
    thread_like(call, call.args[2], call.args[3], 0)
    return call.succeed()


def create_fiber(call: Call) -> int:
    """CreateFiber(dwStackSize, lpStartAddress, lpParameter)."""
    return call.succeed(call.guest.handle_of(("fiber", call.args[1], call.args[2])))


def create_fiber_ex(call: Call) -> int:
    """CreateFiberEx(commit, reserve, flags, lpStartAddress, lpParameter)."""
    return call.succeed(call.guest.handle_of(("fiber", call.args[3], call.args[4])))


def convert_to_fiber(call: Call) -> int:
    """ConvertThreadToFiber(lpParameter) and its Ex form."""
    return call.succeed(call.guest.handle_of(("fiber", 0, call.args[0])))


def switch_to_fiber(call: Call) -> int:
    """SwitchToFiber(lpFiber): the fiber's function runs, and what switched goes on after it."""
    thing = call.guest.handles.get(call.args[0])
    if isinstance(thing, tuple) and thing[0] == "fiber" and thing[1]:
        call_back(call, thing[1], (thing[2],))
    return 0


_ENUMERATIONS = {
    "EnumSystemLocalesA": (2, 0, 1),
    "EnumSystemLocalesW": (2, 0, 1),
    "EnumSystemLocalesEx": (4, 0, 3),
    "EnumSystemCodePagesA": (2, 0, 1),
    "EnumSystemCodePagesW": (2, 0, 1),
    "EnumSystemGeoID": (3, 2, 1),
    "EnumSystemLanguageGroupsA": (3, 0, 5),
    "EnumSystemLanguageGroupsW": (3, 0, 5),
    "EnumUILanguagesA": (3, 0, 2),
    "EnumUILanguagesW": (3, 0, 2),
    "EnumDateFormatsA": (3, 0, 1),
    "EnumDateFormatsW": (3, 0, 1),
    "EnumTimeFormatsA": (3, 0, 1),
    "EnumTimeFormatsW": (3, 0, 1),
    "EnumCalendarInfoA": (4, 0, 1),
    "EnumCalendarInfoW": (4, 0, 1),
    "EnumResourceTypesA": (3, 1, 3),
    "EnumResourceTypesW": (3, 1, 3),
    "EnumDesktopsA": (3, 1, 2),
    "EnumDesktopsW": (3, 1, 2),
    "EnumWindowStationsA": (2, 0, 2),
    "EnumWindowStationsW": (2, 0, 2),
    "EnumDisplayMonitors": (4, 2, 4),
    "EnumFontsA": (4, 2, 4),
    "EnumFontsW": (4, 2, 4),
    "EnumFontFamiliesA": (4, 2, 4),
    "EnumFontFamiliesW": (4, 2, 4),
    "EnumFontFamiliesExA": (5, 2, 4),
    "EnumFontFamiliesExW": (5, 2, 4),
    "EnumObjects": (4, 2, 2),
    "EnumPropsA": (2, 1, 3),
    "EnumPropsW": (2, 1, 3),
    "EnumPageFilesA": (2, 0, 3),
    "EnumPageFilesW": (2, 0, 3),
    "EnumPwrSchemes": (2, 0, 7),
    "EnumerateLoadedModules": (3, 1, 4),
    "EnumerateLoadedModules64": (3, 1, 4),
    "EnumDirTreeA": (6, 4, 2),
    "EnumDirTreeW": (6, 4, 2),
    "ImageGetDigestStream": (4, 2, 3),
    "SymEnumProcesses": (2, 0, 1),
    "CertEnumSystemStore": (4, 3, 5),
    "CertEnumSystemStoreLocation": (3, 2, 3),
    "CryptEnumOIDInfo": (4, 3, 2),
    "LdrEnumerateLoadedModules": (3, 1, 3),
    "GrayStringA": (9, 2, 3),
    "GrayStringW": (9, 2, 3),
    "LineDDA": (6, 4, 3),
}
"""API -> number of arguments, which of them is the function, and how many arguments that gets."""


def enumerate_once(call: Call) -> int:
    """An API that calls a function of the program for each thing there is: called once, with zeros."""
    _, at, count = _ENUMERATIONS[call.name.rpartition(".")[2]]
    call.guest.calls.note(call.process, call.name, (f"{call.args[at]:#x}",))
    if not call_back(call, call.args[at], (0,) * count):
        return call.fail(87)
    return call.succeed()


def execute_once(call: Call) -> int:
    """InitOnceExecuteOnce(*InitOnce, InitFn, Parameter, *Context): the function is called the first time only."""
    done: set[int] = call.emu.__dict__.setdefault("initialized_once", set())
    if call.args[0] not in done:
        done.add(call.args[0])
        call_back(call, call.args[1], (call.args[0], call.args[2], call.args[3]))
    return call.succeed()


HOOKS: tuple[Hook, ...] = (
    api("InitOnceExecuteOnce", 4, execute_once),
    api("QueueUserWorkItem", 3, queue_work_item),
    Hook(("CreateThreadpoolWork", "CreateThreadpoolTimer", "CreateThreadpoolWait"), 3, create_work),
    api("SubmitThreadpoolWork", 1, submit_work),
    api("SetThreadpoolTimer", 4, submit_work),
    api("SetThreadpoolWait", 3, submit_work),
    api("TrySubmitThreadpoolCallback", 3, try_submit),
    api("CreateTimerQueueTimer", 7, timer_queue_timer),
    api("RegisterWaitForSingleObject", 6, register_wait),
    api("CreateFiber", 3, create_fiber),
    api("CreateFiberEx", 5, create_fiber_ex),
    Hook(("ConvertThreadToFiber",), 1, convert_to_fiber),
    api("ConvertThreadToFiberEx", 2, convert_to_fiber),
    api("SwitchToFiber", 1, switch_to_fiber),
    *(api(name, row[0], enumerate_once) for name, row in _ENUMERATIONS.items()),
)

"""Threads of the calling process. The emulator queues them; they run when they are waited for, or others sleep."""

from __future__ import annotations

from typing import Any

from speakeasy.windows.common import API_CALLBACK_HANDLER_ADDR

from fulgurite.engines.emulator.call import Call, Hook, api, crt
from fulgurite.engines.emulator.hooks.callbacks import call_back

MAX_NESTED = 6
"""Threads that run inside the wait of another; more stay queued until the first one ends."""


def _queued(emu: Any, handle: int) -> Any:
    """The queued run of the thread that `handle` stands for."""
    return next((run for run in emu.run_queue if run.thread is not None and handle in run.thread.handles), None)


def _start(call: Call, run: Any) -> bool:
    """Lets a queued thread run before the API of this call returns."""
    emu = call.emu
    if len(emu.curr_run.api_callbacks) >= MAX_NESTED:
        return False
    emu.run_queue.remove(run)
    return call_back(call, run.start_addr, tuple(run.args))


def run_waited(call: Call, handle: int) -> None:
    """Runs the thread that is waited for, when it has not run yet."""
    run = _queued(call.emu, handle)
    if run is not None:
        _start(call, run)


def run_queued(call: Call) -> None:
    """Runs the threads that this process has queued, while the calling one sleeps."""
    for run in [run for run in call.emu.run_queue if run.type in ("thread", "apc")]:
        if not _start(call, run):
            return


def exit_thread(call: Call) -> int | None:
    """ExitThread(dwExitCode), _endthread and _endthreadex: of a thread that runs inside a wait, the wait goes on."""
    if call.emu.curr_run.api_callbacks:
        call.emu.set_pc(API_CALLBACK_HANDLER_ADDR)
        return 0
    if call.original is not None:
        return call.original(call.args)
    call.emu.exit_process()
    return 0


def exit_code_thread(call: Call) -> int | None:
    """GetExitCodeThread(hThread, lpExitCode): a thread that is asked for has ended; it runs first when it has not."""
    run_waited(call, call.args[0])
    call.write_u32(call.args[1], 0)
    return call.succeed()


def pool_is_done(call: Call) -> int:
    """WaitForThreadpoolWorkCallbacks(work, cancel) and its kin: what was given to the pool runs first."""
    run_queued(call)
    return 0


_POOL_WAITS = ("WaitForThreadpoolWorkCallbacks", "WaitForThreadpoolTimerCallbacks", "WaitForThreadpoolWaitCallbacks")

HOOKS: tuple[Hook, ...] = (
    Hook(_POOL_WAITS, 2, pool_is_done),
    Hook(("ExitThread", "RtlExitUserThread"), 1, exit_thread),
    crt("_endthread", 0, exit_thread),
    crt("_endthreadex", 1, exit_thread),
    api("GetExitCodeThread", 2, exit_code_thread),
)

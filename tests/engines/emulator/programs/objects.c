/* Named objects and waiting. */
#include "say.h"

static DWORD WINAPI setter(void *event)
{
    SetEvent(event);
    return 5;
}

int main(void)
{
    HANDLE mutex, event, semaphore, timer, both[2];
    DWORD id, before;
    mutex = CreateMutexA(NULL, TRUE, "Global\\TestMutex");
    SAY("mutex", "%lu", GetLastError());
    CreateMutexW(NULL, FALSE, L"Global\\TestMutex");
    SAY("mutex again", "%lu", GetLastError());
    TRY("open mutex", OpenMutexA(SYNCHRONIZE, FALSE, "Global\\TestMutex") != NULL);
    TRY("missing", OpenMutexA(SYNCHRONIZE, FALSE, "Local\\Nothing") != NULL);
    SAY("own", "%lx", WaitForSingleObject(mutex, 0));
    TRY("release", ReleaseMutex(mutex));
    TRY("release again", ReleaseMutex(mutex));
    event = CreateEventA(NULL, TRUE, FALSE, "TestEvent");
    TRY("other kind", CreateMutexA(NULL, FALSE, "TestEvent") != NULL);
    SAY("system event", "%d", OpenEventA(SYNCHRONIZE, FALSE, "HookSwitchHookEnabledEvent") != NULL);
    before = GetTickCount();
    SAY("time-out", "%lx", WaitForSingleObject(event, 5000));
    SAY("time passed", "%d", GetTickCount() - before >= 5000);
    CreateThread(NULL, 0, setter, event, 0, &id);
    SAY("other thread", "%lx", WaitForSingleObject(event, 2000));
    semaphore = CreateSemaphoreA(NULL, 1, 2, "TestSemaphore");
    SAY("semaphore", "%lx", WaitForSingleObject(semaphore, 0));
    SAY("used up", "%lx", WaitForSingleObject(semaphore, 0));
    TRY("post", ReleaseSemaphore(semaphore, 2, NULL));
    TRY("too many", ReleaseSemaphore(semaphore, 1, NULL));
    timer = CreateWaitableTimerA(NULL, FALSE, "TestTimer");
    LARGE_INTEGER due;
    due.QuadPart = -30000000;
    SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE);
    before = GetTickCount();
    SAY("timer", "%lx", WaitForSingleObject(timer, INFINITE));
    SAY("timer passed", "%d", GetTickCount() - before >= 3000);
    both[0] = CreateEventA(NULL, FALSE, FALSE, NULL);
    both[1] = CreateEventA(NULL, FALSE, TRUE, NULL);
    SAY("any", "%lx", WaitForMultipleObjects(2, both, FALSE, 1000));
    SAY("taken", "%lx", WaitForSingleObject(both[1], 0));
    SAY("signal and wait", "%lx", SignalObjectAndWait(both[0], both[0], 1000, FALSE));
    return told();
}

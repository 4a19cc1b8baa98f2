/* Threads that wait for one another, which only comes to an end when they are switched. The mark below makes the
   emulator take this for a program of Go, whose run-time needs that. Each step leaves a mutex. */
#include <windows.h>
#include <stdio.h>

__attribute__((used)) static const char mark[] = "Go build ID: \"none\"";
static HANDLE ping, pong, port, timer;
static volatile LONG rounds, slept;

static void ok(int holds, const char *what) {
    char name[64];
    sprintf(name, "%s_%s", holds ? "ok" : "bad", what);
    CreateMutexA(NULL, 0, name);
}

static DWORD WINAPI partner(LPVOID argument) {
    int n = (int)(INT_PTR)argument;
    SetLastError(1234);
    for (int i = 0; i < n; i++) {
        WaitForSingleObject(ping, INFINITE);
        rounds++;
        SetEvent(pong);
    }
    ok(GetLastError() == 1234, "last_error");
    return 0;
}

static DWORD WINAPI poster(LPVOID argument) {
    (void)argument;
    Sleep(50);
    slept = 1;
    PostQueuedCompletionStatus(port, 7, 99, NULL);
    return 0;
}

static DWORD WINAPI stuck(LPVOID argument) {
    WaitForSingleObject((HANDLE)argument, INFINITE);
    ok(0, "stuck");
    return 0;
}

int main(void) {
    ping = CreateEventA(NULL, FALSE, FALSE, NULL);
    pong = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, partner, (LPVOID)5, 0, NULL);
    for (int i = 0; i < 5; i++) {
        SetEvent(ping);
        WaitForSingleObject(pong, INFINITE);
    }
    ok(rounds == 5, "rounds");
    ok(WaitForSingleObject(thread, 1000) == WAIT_OBJECT_0, "joined");
    ok(WaitForSingleObject(ping, 20) == WAIT_TIMEOUT, "timeout");
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    CreateThread(NULL, 0, poster, NULL, 0, NULL);
    DWORD size = 0;
    ULONG_PTR key = 0;
    OVERLAPPED *o = NULL;
    ok(!GetQueuedCompletionStatus(port, &size, &key, &o, 10) && slept == 0, "nothing_yet");
    ok(GetQueuedCompletionStatus(port, &size, &key, &o, INFINITE) && size == 7 && key == 99 && slept == 1, "packet");
    timer = CreateWaitableTimerA(NULL, FALSE, NULL);
    LARGE_INTEGER due;
    due.QuadPart = -300000;
    SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE);
    HANDLE both[2] = {ping, timer};
    ULONGLONG before = GetTickCount64();
    ok(WaitForMultipleObjects(2, both, FALSE, INFINITE) == WAIT_OBJECT_0 + 1 && GetTickCount64() - before >= 29, "timer");
    SwitchToThread();
    HANDLE never = CreateEventA(NULL, TRUE, FALSE, NULL);
    CreateThread(NULL, 0, stuck, never, 0, NULL);
    Sleep(1);
    ok(1, "end");
    WaitForSingleObject(never, INFINITE);
    ok(0, "never");
    return 0;
}

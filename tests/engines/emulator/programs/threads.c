/* Threads that the first one needs: results that are waited for, a thread that ends itself, a loop that only sleeps. */
#include <windows.h>
#include <process.h>
#include <stdio.h>

static volatile int result, second, third;
static DWORD WINAPI compute(LPVOID value) { result = (int)(INT_PTR)value * 2; return 1; }
static unsigned __stdcall ends(void *value) { second = 5; _endthreadex(3); return 0; }
static DWORD WINAPI background(LPVOID value)
{
    CreateFileA("C:\\Users\\Public\\background.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    third = 7;
    ExitThread(0);
}
static VOID CALLBACK timer(PVOID context, BOOLEAN fired) { CreateMutexA(NULL, FALSE, "TimerRan"); }
static BOOL CALLBACK locale(LPSTR name) { CreateMutexA(NULL, FALSE, "LocaleRan"); return TRUE; }

int main(void)
{
    HANDLE t = CreateThread(NULL, 0, compute, (LPVOID)21, 0, NULL);
    WaitForSingleObject(t, INFINITE);
    if (result != 42) return 1;
    HANDLE many[2] = {(HANDLE)_beginthreadex(NULL, 0, ends, NULL, 0, NULL), CreateThread(NULL, 0, compute, (LPVOID)5, 0, NULL)};
    WaitForMultipleObjects(2, many, TRUE, INFINITE);
    if (second != 5 || result != 10) return 2;
    CreateThread(NULL, 0, background, NULL, 0, NULL);
    Sleep(500);
    if (third != 7) return 3;
    HANDLE queue;
    CreateTimerQueueTimer(&queue, NULL, timer, NULL, 10, 0, 0);
    EnumSystemLocalesA(locale, 0);
    CreateMutexA(NULL, FALSE, "AllRight");
    for (;;) Sleep(100);
}

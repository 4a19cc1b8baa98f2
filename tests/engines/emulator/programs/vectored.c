/* A vectored handler that lets the program go on, then a null pointer that nobody handles. */
#include <windows.h>

static LONG WINAPI handler(EXCEPTION_POINTERS *p) {
    if (p->ExceptionRecord->ExceptionCode != 0xE0001234) return EXCEPTION_CONTINUE_SEARCH;
    CreateMutexA(NULL, 0, "HandlerSaw");
    return EXCEPTION_CONTINUE_EXECUTION;
}

int main(void) {
    AddVectoredExceptionHandler(1, handler);
    RaiseException(0xE0001234, 0, 0, NULL);
    CreateMutexA(NULL, 0, "AfterRaise");
    *(volatile int *)0x10 = 1;
    CreateMutexA(NULL, 0, "NotReached");
    return 0;
}

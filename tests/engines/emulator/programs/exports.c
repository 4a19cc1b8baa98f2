/* A library with more exports than fingers, one of which crashes, and one that is data. */
#include <windows.h>

#define EXPORT(n) __declspec(dllexport) void export##n(void) { CreateMutexA(NULL, 0, "Export" #n); }
EXPORT(0) EXPORT(1) EXPORT(2) EXPORT(3) EXPORT(4) EXPORT(5) EXPORT(6) EXPORT(7) EXPORT(8) EXPORT(9) EXPORT(10)
EXPORT(11) EXPORT(12)
__declspec(dllexport) int data_export = 5;
__declspec(dllexport) void crash(void) { *(volatile int *)0x10 = 1; }
__declspec(dllexport) void last(void) { CreateMutexA(NULL, 0, "LastExport"); }

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved) {
    (void)library;
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) CreateMutexA(NULL, 0, "InMain");
    return TRUE;
}

/* Finds its functions at run time and takes what there is, as programs do that run on several versions of Windows. */
#include <windows.h>
#include <stdio.h>

int main(void) {
    HMODULE kernel = GetModuleHandleA("kernel32.dll"), user = LoadLibraryA("user32.dll"), missing = LoadLibraryA("example_plugin.dll");
    FARPROC ticks = GetProcAddress(kernel, "GetTickCount64"), dpi = GetProcAddress(user, "SetProcessDPIAware");
    if (dpi != NULL) ((BOOL(WINAPI *)(void))dpi)();
    if (ticks != NULL) ((ULONGLONG(WINAPI *)(void))ticks)();
    if (missing != NULL) FreeLibrary(missing);
    if (IsDebuggerPresent()) OutputDebugStringA("debugged");
    void *memory = VirtualAlloc(NULL, 1 << 20, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    memset(memory, 1, 1 << 20);
    VirtualFree(memory, 0, MEM_RELEASE);
    SYSTEMTIME now;
    GetLocalTime(&now);
    char language[16];
    GetLocaleInfoA(LOCALE_USER_DEFAULT, LOCALE_SENGLANGUAGE, language, sizeof language);
    printf("%d %s %u\n", now.wYear, language, GetSystemMetrics(SM_CXSCREEN));
    return 0;
}

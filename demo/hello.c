/* A benign program with something to see: what `make run` analyses. It changes nothing outside the current user's own
   temporary folder and its own registry key, and asks for one name that no server has. */
#include <winsock2.h>
#include <windows.h>

static void write_file(void)
{
    char path[MAX_PATH];
    DWORD length = GetTempPathA(MAX_PATH - 32, path), written;
    if (length == 0) return;
    lstrcatA(path, "fulgurite-demo.txt");
    HANDLE file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) return;
    WriteFile(file, "Hello from Fulgurite\r\n", 22, &written, NULL);
    CloseHandle(file);
}

static void write_registry(void)
{
    static const char greeting[] = "Hello from Fulgurite";
    HKEY key;
    if (RegCreateKeyExA(HKEY_CURRENT_USER, "Software\\FulguriteDemo", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL) != ERROR_SUCCESS)
        return;
    RegSetValueExA(key, "Greeting", 0, REG_SZ, (const BYTE *)greeting, sizeof greeting);
    RegCloseKey(key);
}

static void ask_name(void)
{
    WSADATA data;
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return;
    gethostbyname("demo.fulgurite.test");
    WSACleanup();
}

static void start_child(void)
{
    char command[] = "cmd.exe /c ver";
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION child;
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL, &startup, &child)) return;
    WaitForSingleObject(child.hProcess, 5000);
    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
}

int main(void)
{
    HANDLE mutex = CreateMutexA(NULL, TRUE, "FulguriteDemoMutex");
    write_file();
    write_registry();
    ask_name();
    start_child();
    if (mutex != NULL) CloseHandle(mutex);
    return 0;
}

/* An installer: files below Program Files, an entry for removal, an entry in the start menu; nothing is started. */
#include <windows.h>
#include <stdio.h>

static void put(const char *path, const char *text) {
    DWORD written;
    HANDLE file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) return;
    WriteFile(file, text, lstrlenA(text), &written, NULL);
    CloseHandle(file);
}

static void set(HKEY key, const char *name, const char *value) {
    RegSetValueExA(key, name, 0, REG_SZ, (const BYTE *)value, lstrlenA(value) + 1);
}

int main(void) {
    HKEY key;
    OSVERSIONINFOA version = {sizeof version};
    GetVersionExA(&version);
    CreateDirectoryA("C:\\Program Files\\Example", NULL);
    put("C:\\Program Files\\Example\\example.exe", "MZ program");
    put("C:\\Program Files\\Example\\example.dll", "MZ library");
    put("C:\\Program Files\\Example\\readme.txt", "Thank you for choosing Example.");
    put("C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\Example.lnk", "L");
    RegCreateKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\Example", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    set(key, "DisplayName", "Example");
    set(key, "UninstallString", "\"C:\\Program Files\\Example\\uninstall.exe\"");
    RegCloseKey(key);
    RegCreateKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\Classes\\.example", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    set(key, NULL, "Example.Document");
    RegCloseKey(key);
    return 0;
}

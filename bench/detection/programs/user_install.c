/* Installs itself for one user, as chat programs do: below the local data, with an entry for the next logon. */
#include <windows.h>
#include <stdio.h>

int main(void) {
    char own[MAX_PATH], folder[MAX_PATH + 20], program[MAX_PATH + 40], command[MAX_PATH + 60];
    GetModuleFileNameA(NULL, own, MAX_PATH);
    GetEnvironmentVariableA("LOCALAPPDATA", folder, MAX_PATH);
    strcat(folder, "\\ExampleChat");
    CreateDirectoryA(folder, NULL);
    strcat(folder, "\\app-1.0");
    CreateDirectoryA(folder, NULL);
    snprintf(program, sizeof program, "%s\\ExampleChat.exe", folder);
    CopyFileA(own, program, FALSE);
    snprintf(command, sizeof command, "\"%s\" --hidden", program);
    HKEY key;
    RegOpenKeyExA(HKEY_CURRENT_USER, "Software\\Microsoft\\Windows\\CurrentVersion\\Run", 0, KEY_SET_VALUE, &key);
    RegSetValueExA(key, "ExampleChat", 0, REG_SZ, (const BYTE *)command, lstrlenA(command) + 1);
    RegCloseKey(key);
    RegCreateKeyExA(HKEY_CURRENT_USER, "Software\\Classes\\examplechat\\shell\\open\\command", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    RegSetValueExA(key, NULL, 0, REG_SZ, (const BYTE *)command, lstrlenA(command) + 1);
    RegCloseKey(key);
    return 0;
}

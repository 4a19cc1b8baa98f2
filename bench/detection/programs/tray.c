/* A helper in the tray: one instance only, started with the user's session, a key of its own, the clipboard's text. */
#include <windows.h>
#include <shellapi.h>

int main(void) {
    CreateMutexA(NULL, FALSE, "Local\\ExampleTrayOnce");
    if (GetLastError() == ERROR_ALREADY_EXISTS) return 0;
    HKEY key;
    static const char command[] = "\"C:\\Program Files\\Example\\tray.exe\" /background";
    RegOpenKeyExA(HKEY_CURRENT_USER, "Software\\Microsoft\\Windows\\CurrentVersion\\Run", 0, KEY_SET_VALUE, &key);
    RegSetValueExA(key, "ExampleTray", 0, REG_SZ, (const BYTE *)command, sizeof command);
    RegCloseKey(key);
    NOTIFYICONDATAA icon = {sizeof icon};
    Shell_NotifyIconA(NIM_ADD, &icon);
    RegisterHotKey(NULL, 1, MOD_CONTROL | MOD_ALT, 'E');
    if (OpenClipboard(NULL)) {
        GetClipboardData(CF_TEXT);
        CloseClipboard();
    }
    HANDLE changed = CreateEventA(NULL, FALSE, FALSE, "Local\\ExampleTrayChanged");
    WaitForSingleObject(changed, 500);
    UnregisterHotKey(NULL, 1);
    return 0;
}

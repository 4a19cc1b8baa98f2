/* The registry by the Win32 and the shell's functions. */
#include "say.h"
#include <shlwapi.h>

int main(void)
{
    char text[600];
    WCHAR wide[100];
    HKEY key, other;
    DWORD size, kind, number = 7, made = 0;
    SAY("create", "%ld", RegCreateKeyExA(HKEY_CURRENT_USER, "Software\\TestVendor\\App", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, &made));
    SAY("made", "%lu", made);
    RegSetValueExA(key, "Path", 0, REG_SZ, (BYTE *)"C:\\x.exe", 9);
    RegSetValueExW(key, L"Count", 0, REG_DWORD, (BYTE *)&number, 4);
    RegSetValueExA(key, "Blob", 0, REG_BINARY, (BYTE *)"\1\2\3", 3);
    RegSetValueExA(key, "Where", 0, REG_EXPAND_SZ, (BYTE *)"%windir%\\x", 11);
    size = sizeof text;
    RegQueryValueExA(key, "PATH", NULL, &kind, (BYTE *)text, &size);
    SAY("value", "%s %lu %lu", text, kind, size);
    size = 2;
    SAY("too small", "%ld %lu", RegQueryValueExA(key, "Path", NULL, NULL, (BYTE *)text, &size), size);
    size = sizeof text;
    RegGetValueA(HKEY_CURRENT_USER, "Software\\TestVendor\\App", "Where", RRF_RT_REG_SZ, NULL, text, &size);
    SAY("expanded", "%s", text);
    size = sizeof text;
    SAY("wrong type", "%ld", RegGetValueA(key, NULL, "Path", RRF_RT_REG_DWORD, NULL, text, &size));
    DWORD keys, values, longest;
    RegQueryInfoKeyA(key, NULL, NULL, NULL, &keys, NULL, NULL, &values, &longest, NULL, NULL, NULL);
    SAY("counts", "%lu %lu %lu", keys, values, longest);
    size = sizeof text;
    RegEnumValueA(key, 1, text, &size, NULL, &kind, NULL, NULL);
    SAY("second", "%s %lu", text, kind);
    RegCloseKey(key);
    SAY("open", "%ld", RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", 0, KEY_READ, &key));
    size = sizeof wide;
    RegQueryValueExW(key, L"ProductName", NULL, NULL, (BYTE *)wide, &size);
    SAY("product", "%lu %c", size, (char)wide[0]);
    SAY("no value", "%ld", RegQueryValueExW(key, L"Nothing", NULL, NULL, NULL, NULL));
    SAY("below", "%ld", RegOpenKeyExA(key, "Winlogon", 0, KEY_READ, &other));
    SAY("64-bit view", "%ld", RegOpenKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\Microsoft\\Cryptography", 0, KEY_READ | KEY_WOW64_64KEY, &other));
    SAY("no key", "%ld", RegOpenKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\NoSuchVendor", 0, KEY_READ, &key));
    RegSetKeyValueA(HKEY_CURRENT_USER, "Software\\Microsoft\\Windows\\CurrentVersion\\Run", "Test", REG_SZ, "C:\\x.exe", 9);
    RegDeleteKeyValueA(HKEY_CURRENT_USER, "Software\\Microsoft\\Windows\\CurrentVersion\\Run", "Test");
    SHSetValueA(HKEY_CURRENT_USER, "Software\\TestVendor", "Shell", REG_SZ, "shell", 6);
    size = sizeof text;
    SHGetValueA(HKEY_CURRENT_USER, "Software\\TestVendor", "Shell", NULL, text, &size);
    SAY("shell", "%s", text);
    SAY("class", "%ld", RegOpenKeyExA(HKEY_CLASSES_ROOT, "exefile\\shell\\open\\command", 0, KEY_READ, &other));
    SAY("enumerate", "%ld", RegEnumKeyA(HKEY_USERS, 0, text, sizeof text));
    SAY("not empty", "%ld", RegDeleteKeyA(HKEY_CURRENT_USER, "Software\\TestVendor"));
    SAY("delete", "%ld", RegDeleteKeyA(HKEY_CURRENT_USER, "Software\\TestVendor\\App"));
    SAY("delete tree", "%ld", RegDeleteTreeA(HKEY_CURRENT_USER, "Software\\TestVendor"));
    SAY("hive", "%d", RegDeleteTreeA(HKEY_LOCAL_MACHINE, "SOFTWARE") != 0);
    return told();
}

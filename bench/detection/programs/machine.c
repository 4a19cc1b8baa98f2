/* A page about the machine, as programs show it under "About": processor, memory, disks, version, name, address. */
#include <winsock2.h>
#include <windows.h>
#include <stdio.h>

int main(void) {
    SYSTEM_INFO system;
    MEMORYSTATUSEX memory = {sizeof memory};
    char name[64], user[64], processor[128] = "", volume[64];
    DWORD size = sizeof name, serial;
    GetSystemInfo(&system);
    GlobalMemoryStatusEx(&memory);
    GetComputerNameA(name, &size);
    size = sizeof user;
    GetUserNameA(user, &size);
    HKEY key;
    size = sizeof processor;
    RegOpenKeyExA(HKEY_LOCAL_MACHINE, "HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0", 0, KEY_READ, &key);
    RegQueryValueExA(key, "ProcessorNameString", NULL, NULL, (BYTE *)processor, &size);
    RegCloseKey(key);
    RegOpenKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", 0, KEY_READ, &key);
    size = sizeof processor;
    RegQueryValueExA(key, "ProductName", NULL, NULL, (BYTE *)processor, &size);
    RegCloseKey(key);
    DWORD drives = GetLogicalDrives();
    ULARGE_INTEGER room;
    GetDiskFreeSpaceExA("C:\\", &room, NULL, NULL);
    GetVolumeInformationA("C:\\", volume, sizeof volume, &serial, NULL, NULL, NULL, 0);
    WSADATA data;
    WSAStartup(MAKEWORD(2, 2), &data);
    gethostname(name, sizeof name);
    printf("%s %s %s %lu %llu %lu\n", name, user, processor, system.dwNumberOfProcessors, memory.ullTotalPhys, drives);
    return 0;
}

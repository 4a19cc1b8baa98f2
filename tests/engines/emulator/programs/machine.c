/* What the machine and the user are; exits with a number when an answer contradicts another. */
#include <windows.h>
#include <iphlpapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    char text[512], name[64];
    DWORD size = sizeof name;
    if (!GetComputerNameA(name, &size) || size != strlen(name)) return 1;
    if (!GetEnvironmentVariableA("COMPUTERNAME", text, sizeof text) || strcmp(text, name)) return 2;
    if (GetEnvironmentVariableA("NoSuchVariable", text, sizeof text) || GetLastError() != ERROR_ENVVAR_NOT_FOUND) return 3;
    if (GetEnvironmentVariableA("APPDATA", text, 3) < 10) return 4;
    SetEnvironmentVariableA("Own", "value");
    ExpandEnvironmentStringsA("%OWN%-%SystemRoot%-%none%", text, sizeof text);
    if (strcmp(text, "value-C:\\Windows-%none%")) return 5;
    if (!getenv("own") || strcmp(getenv("own"), "value")) return 6;
    size = sizeof name;
    if (!GetUserNameA(name, &size) || strcmp(name, getenv("USERNAME"))) return 7;
    MEMORYSTATUSEX memory = {sizeof memory};
    if (!GlobalMemoryStatusEx(&memory) || memory.ullTotalPhys < (2ull << 30)) return 8;
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    if (info.dwNumberOfProcessors < 2 || info.dwPageSize != 4096) return 9;
    OSVERSIONINFOEXA version = {sizeof version};
    if (!GetVersionExA((OSVERSIONINFOA *)&version) || version.dwBuildNumber < 7600) return 10;
    POINT here, there;
    GetCursorPos(&here);
    Sleep(5000);
    GetCursorPos(&there);
    if (here.x == there.x && here.y == there.y) return 11;
    LASTINPUTINFO input = {sizeof input};
    if (!GetLastInputInfo(&input) || GetTickCount() - input.dwTime > 60000) return 12;
    ULONG room = 0;
    if (GetAdaptersInfo(NULL, &room) != ERROR_BUFFER_OVERFLOW) return 13;
    IP_ADAPTER_INFO *adapter = (IP_ADAPTER_INFO *)malloc(room);
    if (GetAdaptersInfo(adapter, &room) || adapter->AddressLength != 6 || adapter->Next) return 14;
    if (strncmp(adapter->IpAddressList.IpAddress.String, "10.", 3)) return 15;
    if (GetSystemMetrics(SM_CXSCREEN) < 1024) return 16;
    LARGE_INTEGER a, b, f;
    QueryPerformanceFrequency(&f);
    QueryPerformanceCounter(&a);
    Sleep(1000);
    QueryPerformanceCounter(&b);
    if ((b.QuadPart - a.QuadPart) / f.QuadPart != 1) return 17;
    return 0;
}

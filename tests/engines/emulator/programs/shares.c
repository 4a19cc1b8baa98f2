/* Connects to shares of other machines, by address and by name, and leaves one. */
#include <windows.h>
#include <winnetwk.h>

int main(void) {
    NETRESOURCEW wide = {0};
    NETRESOURCEA narrow = {0};
    wide.dwType = narrow.dwType = RESOURCETYPE_DISK;
    wide.lpRemoteName = L"\\\\192.0.2.80\\admin$";
    narrow.lpRemoteName = "\\\\files.benign.test\\public";
    if (WNetAddConnection2W(&wide, L"secret", L"admin", 0) == NO_ERROR) return 1;
    if (WNetAddConnection2A(&narrow, NULL, NULL, 0) == NO_ERROR) return 2;
    if (WNetCancelConnection2W(L"Z:", 0, TRUE) != ERROR_NOT_CONNECTED) return 3;
    return 0;
}

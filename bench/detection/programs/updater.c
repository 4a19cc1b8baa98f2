/* Asks its maker's server whether there is a newer version, and writes down the answer. */
#include <windows.h>
#include <winhttp.h>
#include <stdio.h>

int main(void) {
    DWORD got = 0;
    char answer[64] = "";
    HINTERNET session = WinHttpOpen(L"Example/1.2", WINHTTP_ACCESS_TYPE_DEFAULT_PROXY, NULL, NULL, 0);
    HINTERNET connection = WinHttpConnect(session, L"updates.benign.test", INTERNET_DEFAULT_HTTPS_PORT, 0);
    HINTERNET request = WinHttpOpenRequest(connection, L"GET", L"/example/version.txt", NULL, NULL, NULL, WINHTTP_FLAG_SECURE);
    if (WinHttpSendRequest(request, NULL, 0, NULL, 0, 0, 0) && WinHttpReceiveResponse(request, NULL))
        WinHttpReadData(request, answer, sizeof answer - 1, &got);
    char folder[MAX_PATH], file[MAX_PATH + 40];
    GetEnvironmentVariableA("LOCALAPPDATA", folder, MAX_PATH);
    snprintf(file, sizeof file, "%s\\Example", folder);
    CreateDirectoryA(file, NULL);
    strcat(file, "\\update.log");
    FILE *out = fopen(file, "a");
    if (out != NULL) { fprintf(out, "checked, %lu bytes\n", got); fclose(out); }
    Sleep(2000);
    return 0;
}

/* Fetches what it installs over HTTPS, runs it, and removes it. */
#include <windows.h>
#include <urlmon.h>
#include <stdio.h>

int main(void) {
    char folder[MAX_PATH], inner[MAX_PATH + 20], command[MAX_PATH + 40];
    GetTempPathA(MAX_PATH, folder);
    snprintf(inner, sizeof inner, "%sexample-setup.exe", folder);
    if (URLDownloadToFileA(NULL, "https://download.benign.test/example-setup.exe", inner, 0, NULL) != S_OK) return 1;
    STARTUPINFOA start = {sizeof start};
    PROCESS_INFORMATION process;
    snprintf(command, sizeof command, "\"%s\" /quiet", inner);
    if (CreateProcessA(inner, command, NULL, NULL, FALSE, 0, NULL, NULL, &start, &process)) WaitForSingleObject(process.hProcess, 3000);
    DeleteFileA(inner);
    return 0;
}

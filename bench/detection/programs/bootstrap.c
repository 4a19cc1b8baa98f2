/* The outer part of a set-up: takes the inner program out of itself into the temporary folder, runs it, removes it. */
#include <windows.h>
#include <stdio.h>

int main(void) {
    char own[MAX_PATH], folder[MAX_PATH], inner[MAX_PATH + 20];
    GetModuleFileNameA(NULL, own, MAX_PATH);
    if (strstr(GetCommandLineA(), "/inner") != NULL) {
        CreateDirectoryA("C:\\Program Files\\Example", NULL);
        return 0;
    }
    GetTempPathA(MAX_PATH, folder);
    snprintf(inner, sizeof inner, "%sis-3F1.tmp", folder);
    CreateDirectoryA(inner, NULL);
    strcat(inner, "\\setup.tmp");
    CopyFileA(own, inner, FALSE);
    STARTUPINFOA start = {sizeof start};
    PROCESS_INFORMATION process;
    char command[2 * MAX_PATH];
    snprintf(command, sizeof command, "\"%s\" /inner", inner);
    if (CreateProcessA(inner, command, NULL, NULL, FALSE, 0, NULL, NULL, &start, &process)) WaitForSingleObject(process.hProcess, 5000);
    DeleteFileA(inner);
    return 0;
}

/* Copies the user's documents and pictures into a folder for safe keeping. */
#include <windows.h>
#include <stdio.h>

static void copy(const char *from) {
    char pattern[MAX_PATH], source[2 * MAX_PATH], target[2 * MAX_PATH];
    WIN32_FIND_DATAA found;
    snprintf(pattern, sizeof pattern, "%s\\*", from);
    HANDLE search = FindFirstFileA(pattern, &found);
    if (search == INVALID_HANDLE_VALUE) return;
    do {
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) continue;
        snprintf(source, sizeof source, "%s\\%s", from, found.cFileName);
        snprintf(target, sizeof target, "C:\\Backup\\%s", found.cFileName);
        CopyFileA(source, target, FALSE);
    } while (FindNextFileA(search, &found));
    FindClose(search);
}

int main(void) {
    char home[MAX_PATH], folder[MAX_PATH + 20];
    CreateDirectoryA("C:\\Backup", NULL);
    GetEnvironmentVariableA("USERPROFILE", home, MAX_PATH);
    snprintf(folder, sizeof folder, "%s\\Documents", home);
    copy(folder);
    snprintf(folder, sizeof folder, "%s\\Pictures", home);
    copy(folder);
    return 0;
}

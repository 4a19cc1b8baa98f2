/* A program that starts itself with arguments, an environment, a directory and shared memory.
   Each claim that does not hold makes a mutex named "wrong ..."; the last one is "done". */
#include <windows.h>
#include <stdio.h>
#include <string.h>

static void claim(const char *what, int holds) {
    char name[80];
    snprintf(name, sizeof name, "wrong %s", what);
    if (!holds) CreateMutexA(NULL, FALSE, name);
}

static int child(int argc, char **argv) {
    char text[MAX_PATH];
    claim("arguments", argc == 4 && strcmp(argv[2], "two three") == 0 && strcmp(argv[3], "/x:4") == 0);
    GetCurrentDirectoryA(sizeof text, text);
    claim("directory", lstrcmpiA(text, "C:\\Users\\Public") == 0);
    claim("given variable", GetEnvironmentVariableA("GIVEN", text, sizeof text) == 5 && strcmp(text, "value") == 0);
    claim("other variables", GetEnvironmentVariableA("APPDATA", text, sizeof text) == 0);
    char *view = MapViewOfFile(OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, "BenignMap"), FILE_MAP_ALL_ACCESS, 0, 0, 0);
    claim("shared", view != NULL && strcmp(view, "question") == 0);
    if (view != NULL) strcpy(view, "answer");
    CloseHandle(CreateFileA("relative.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    return 17;
}

int main(int argc, char **argv) {
    STARTUPINFOA startup = {sizeof startup};
    PROCESS_INFORMATION made;
    DWORD code = 0;
    char command[MAX_PATH + 40];
    if (argc > 1) return child(argc, argv);
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, "BenignMap");
    char *view = MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    strcpy(view, "question");
    snprintf(command, sizeof command, "\"%s\" one \"two three\" /x:4", argv[0]);
    claim("started", CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, "GIVEN=value\0=C:=C:\\\0", "C:\\Users\\Public",
                                    &startup, &made));
    WaitForSingleObject(made.hProcess, INFINITE);
    claim("code", GetExitCodeProcess(made.hProcess, &code) && code == 17);
    UnmapViewOfFile(view);
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    claim("answered", strcmp(view, "answer") == 0);
    CreateMutexA(NULL, FALSE, "done");
    return 0;
}

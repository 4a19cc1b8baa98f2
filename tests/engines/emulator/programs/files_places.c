/* Places, volumes, sections, pipes, profile strings and the shell's file operations. */
#include "say.h"
#include <shlobj.h>
#include <shlwapi.h>

int main(void)
{
    char text[600], system[64];
    WCHAR wide[600], name[MAX_PATH];
    DWORD count, serial;
    HANDLE file, section, reader, writer;
    GetTempFileNameW(L"C:\\Users\\Public", L"abc", 0, name);
    SAY("temporary name", "%d", GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES);
    GetCurrentDirectoryA(sizeof text, text);
    SAY("here", "%s", text);
    SAY("too small", "%lu", GetCurrentDirectoryA(3, text));
    GetFullPathNameA("..\\x\\.\\y.txt", sizeof text, text, NULL);
    SAY("full", "%s", text);
    GetWindowsDirectoryA(text, sizeof text);
    SAY("windows", "%s", text);
    GetSystemDirectoryW(wide, 600);
    SAY("system", "%d", lstrlenW(wide));
    SearchPathA(NULL, "notepad", ".exe", sizeof text, text, NULL);
    SAY("found", "%s", text);
    SAY("exists", "%d %d", PathFileExistsA("C:\\Windows\\explorer.exe"), PathFileExistsA("C:\\nothing"));
    SHGetFolderPathA(NULL, CSIDL_STARTUP, NULL, 0, text);
    SAY("startup", "%s", text);
    SHGetSpecialFolderPathA(NULL, text, CSIDL_COMMON_APPDATA, FALSE);
    SAY("common", "%s", text);
    PWSTR known = NULL;
    SHGetKnownFolderPath(&FOLDERID_LocalAppData, 0, NULL, &known);
    WideCharToMultiByte(CP_ACP, 0, known ? known : L"", -1, text, sizeof text, NULL, NULL);
    SAY("known", "%s", text);

    GetLogicalDriveStringsA(sizeof text, text);
    SAY("drives", "%s %lx %u %u", text, GetLogicalDrives(), GetDriveTypeA("C:\\"), GetDriveTypeA("E:\\"));
    GetVolumeInformationA("C:\\", NULL, 0, &serial, NULL, NULL, system, sizeof system);
    SAY("volume", "%s %d", system, serial != 0);
    ULARGE_INTEGER free, total;
    GetDiskFreeSpaceExA("C:\\", &free, &total, NULL);
    SAY("space", "%d", total.QuadPart > free.QuadPart && free.QuadPart > 0);

    SetCurrentDirectoryA("C:\\Users\\Public");
    file = CreateFileA("mapped.bin", GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 64, NULL);
    char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    if (view) strcpy(view, "through a view");
    UnmapViewOfFile(view);
    CloseHandle(section);
    SetFilePointer(file, 8, NULL, FILE_BEGIN);
    ReadFile(file, text, 6, &count, NULL);
    text[6] = 0;
    SAY("mapped", "%.*s", (int)count, text);
    CloseHandle(file);
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, "Local\\Shared");
    HANDLE again = OpenFileMappingA(FILE_MAP_READ, FALSE, "Shared");
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    strcpy(view, "shared");
    char *twin = MapViewOfFile(again, FILE_MAP_READ, 0, 0, 0);
    SAY("shared", "%s", twin ? twin : "nothing");
    TRY("no section", OpenFileMappingA(FILE_MAP_READ, FALSE, "Nothing") != NULL);

    HANDLE server = CreateNamedPipeA("\\\\.\\pipe\\testpipe", PIPE_ACCESS_DUPLEX, 0, 1, 512, 512, 0, NULL);
    HANDLE client = CreateFileA("\\\\.\\pipe\\testpipe", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    WriteFile(client, "ping", 4, &count, NULL);
    ReadFile(server, text, 4, &count, NULL);
    SAY("pipe", "%.*s", (int)count, text);
    CreatePipe(&reader, &writer, NULL, 0);
    WriteFile(writer, "pong", 4, &count, NULL);
    PeekNamedPipe(reader, NULL, 0, NULL, &count, NULL);
    SAY("peek", "%lu", count);

    WritePrivateProfileStringA("part", "key", "value", "C:\\Users\\Public\\own.ini");
    WritePrivateProfileStringA("part", "other", "12", "C:\\Users\\Public\\own.ini");
    GetPrivateProfileStringA("part", "key", "none", text, sizeof text, "C:\\Users\\Public\\own.ini");
    SAY("profile", "%s %d %d", text, GetPrivateProfileIntA("part", "other", 7, "C:\\Users\\Public\\own.ini"), GetPrivateProfileIntA("part", "lost", 7, "C:\\Users\\Public\\own.ini"));

    SHFILEOPSTRUCTA job = {0};
    job.wFunc = FO_COPY;
    job.pFrom = "C:\\Users\\Public\\own.ini\0";
    job.pTo = "C:\\Users\\Public\\Documents\0";
    SAY("shell copy", "%d", SHFileOperationA(&job));
    job.wFunc = FO_DELETE;
    job.pFrom = "C:\\Users\\Public\\Documents\\*.ini\0";
    SAY("shell delete", "%d", SHFileOperationA(&job));
    SAY("shell folders", "%d", SHCreateDirectoryExA(NULL, "C:\\Users\\Public\\one\\two", NULL));
    SAY("atom", "%d", GlobalFindAtomA("TestAtom") == 0 && GlobalAddAtomA("TestAtom") == GlobalFindAtomA("TESTATOM"));
    return told();
}

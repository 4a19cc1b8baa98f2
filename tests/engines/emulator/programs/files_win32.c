/* Files and folders by the Win32 functions. */
#include "say.h"

int main(void)
{
    char text[600], self[MAX_PATH];
    DWORD count;
    HANDLE file, other;
    GetModuleFileNameA(NULL, self, MAX_PATH);
    file = CreateFileA(self, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    ReadFile(file, text, 2, &count, NULL);
    SAY("own image", "%c%c", text[0], text[1]);
    CloseHandle(file);
    TRY("delete own image", DeleteFileA(self));

    SetCurrentDirectoryA("C:\\Users\\Public");
    file = CreateFileW(L"first.txt", GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "0123456789", 10, &count, NULL);
    SetFilePointer(file, 3, NULL, FILE_BEGIN);
    ReadFile(file, text, 4, &count, NULL);
    text[count] = 0;
    SAY("read", "%s", text);
    LARGE_INTEGER distance, now;
    distance.QuadPart = -2;
    SetFilePointerEx(file, distance, &now, FILE_END);
    SAY("position", "%ld", (long)now.QuadPart);
    SetEndOfFile(file);
    SAY("size", "%lu", GetFileSize(file, NULL));
    SAY("type", "%lu", GetFileType(file));
    BY_HANDLE_FILE_INFORMATION facts;
    GetFileInformationByHandle(file, &facts);
    SAY("facts", "%lu %lx", facts.nFileSizeLow, facts.dwFileAttributes);
    FILETIME past = {0, 0x01C00000}, asked;
    SetFileTime(file, NULL, NULL, &past);
    GetFileTime(file, NULL, NULL, &asked);
    SAY("time", "%lx", asked.dwHighDateTime);
    GetFinalPathNameByHandleA(file, text, sizeof text, 0);
    SAY("final name", "%s", text);
    HANDLE twin;
    DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &twin, 0, FALSE, DUPLICATE_SAME_ACCESS);
    CloseHandle(file);
    SAY("twin", "%lu", GetFileSize(twin, NULL));
    CloseHandle(twin);
    SAY("closed", "%d", (int)GetFileSize(twin, NULL));

    TRY("create new", CreateFileA("first.txt", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL) != INVALID_HANDLE_VALUE);
    TRY("no folder", CreateFileA("C:\\none\\x", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL) != INVALID_HANDLE_VALUE);
    CloseHandle(CreateFileA("first.txt", FILE_APPEND_DATA, 0, NULL, OPEN_ALWAYS, 0, NULL));
    SAY("open always", "%lu", GetLastError());
    TRY("a folder", CreateFileA("C:\\Windows", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) != INVALID_HANDLE_VALUE);

    file = CreateFileA("C:\\Users\\Public\\first.txt:more", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "stream", 6, &count, NULL);
    CloseHandle(file);
    DeleteFileA("first.txt:Zone.Identifier");

    TRY("copy", CopyFileA("first.txt", "second.txt", TRUE));
    TRY("copy again", CopyFileA("first.txt", "second.txt", TRUE));
    TRY("move", MoveFileExW(L"second.txt", L"third.txt", MOVEFILE_REPLACE_EXISTING));
    TRY("replace", ReplaceFileA("third.txt", "first.txt", "old.txt", 0, NULL, NULL));
    TRY("link", CreateHardLinkA("linked.txt", "third.txt", NULL));
    TRY("read-only", SetFileAttributesA("third.txt", FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN));
    SAY("attributes", "%lx %lx", GetFileAttributesA("third.txt"), GetFileAttributesW(L"C:\\none"));
    TRY("delete read-only", DeleteFileA("third.txt"));
    MoveFileExA("third.txt", NULL, MOVEFILE_DELAY_UNTIL_REBOOT);

    TRY("make", CreateDirectoryA("folder", NULL));
    TRY("make again", CreateDirectoryA("folder", NULL));
    CloseHandle(CreateFileA("folder\\in.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    TRY("remove full", RemoveDirectoryA("folder"));
    file = CreateFileA("folder\\in.txt", DELETE, 0, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    CloseHandle(file);
    TRY("remove", RemoveDirectoryA("folder"));

    WIN32_FIND_DATAA found;
    file = FindFirstFileA("C:\\Users\\*", &found);
    text[0] = 0;
    do {
        strcat(text, found.cFileName);
        strcat(text, " ");
    } while (FindNextFileA(file, &found));
    SAY("end of list", "%lu", GetLastError());
    FindClose(file);
    SAY("list", "%s", text);
    TRY("no match", FindFirstFileA("C:\\Users\\*.nothing", &found) != INVALID_HANDLE_VALUE);

    file = CreateFileA("erased.txt", GENERIC_WRITE | DELETE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    FILE_DISPOSITION_INFO gone = {TRUE};
    TRY("disposition", SetFileInformationByHandle(file, FileDispositionInfo, &gone, sizeof gone));
    CloseHandle(file);
    SAY("erased", "%lx", GetFileAttributesA("erased.txt"));

    other = CreateFileA("\\\\.\\PhysicalDrive0", GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING, 0, NULL);
    WriteFile(other, said, 512, &count, NULL);
    CloseHandle(other);
    TRY("no device", CreateFileA("\\\\.\\VBoxGuest", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) != INVALID_HANDLE_VALUE);
    HFILE old = _lcreat("old.bin", 0);
    _lwrite(old, "old", 3);
    _llseek(old, 1, 0);
    _lread(old, text, 2);
    SAY("old", "%.2s", text);
    _lclose(old);
    return told();
}

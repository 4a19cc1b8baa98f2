/* Files, objects, keys and sections by system calls. */
#include "say.h"
#include <winternl.h>

typedef NTSTATUS(NTAPI *Call)();
#define FIND(name) Call name = (Call)GetProcAddress(GetModuleHandleA("ntdll.dll"), #name)

static void named(UNICODE_STRING *string, const WCHAR *text)
{
    string->Buffer = (WCHAR *)text;
    string->Length = (USHORT)(lstrlenW(text) * 2);
    string->MaximumLength = string->Length + 2;
}

int main(void)
{
    FIND(NtCreateFile); FIND(NtOpenFile); FIND(NtWriteFile); FIND(NtReadFile); FIND(NtClose); FIND(NtDeleteFile);
    FIND(NtSetInformationFile); FIND(NtQueryInformationFile); FIND(NtQueryAttributesFile); FIND(NtQueryDirectoryFile);
    FIND(NtCreateMutant); FIND(NtOpenMutant); FIND(NtCreateEvent); FIND(NtSetEvent); FIND(NtWaitForSingleObject);
    FIND(NtCreateKey); FIND(NtOpenKey); FIND(NtSetValueKey); FIND(NtQueryValueKey); FIND(NtDeleteValueKey);
    FIND(NtDeleteKey); FIND(NtEnumerateKey); FIND(NtEnumerateValueKey); FIND(NtQueryKey);
    FIND(NtCreateSection); FIND(NtMapViewOfSection); FIND(NtUnmapViewOfSection);
    char buffer[4096] = {0};
    HANDLE handle, event;
    OBJECT_ATTRIBUTES object;
    IO_STATUS_BLOCK io;
    UNICODE_STRING name;
    LARGE_INTEGER start = {0};
    ULONG length, disposition = 0;
    InitializeObjectAttributes(&object, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);

    named(&name, L"\\??\\C:\\Users\\Public\\native.txt");
    SAY("create", "%lx", NtCreateFile(&handle, GENERIC_READ | GENERIC_WRITE | DELETE | SYNCHRONIZE, &object, &io, NULL, FILE_ATTRIBUTE_NORMAL, 0, FILE_OVERWRITE_IF, FILE_NON_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0));
    SAY("information", "%ld", (long)io.Information);
    NtWriteFile(handle, NULL, NULL, NULL, &io, "native!", 7, &start, NULL);
    NtReadFile(handle, NULL, NULL, NULL, &io, buffer, 7, &start, NULL);
    SAY("read", "%s", buffer);
    SAY("end", "%lx", NtReadFile(handle, NULL, NULL, NULL, &io, buffer, 7, NULL, NULL));
    FILE_STANDARD_INFORMATION standard;
    NtQueryInformationFile(handle, &io, &standard, sizeof standard, 5);
    SAY("size", "%ld", (long)standard.EndOfFile.QuadPart);
    struct { BOOLEAN replaces; HANDLE root; ULONG bytes; WCHAR name[64]; } rename = {TRUE, NULL, 0, L"\\??\\C:\\Users\\Public\\renamed.txt"};
    rename.bytes = lstrlenW(rename.name) * 2;
    SAY("rename", "%lx", NtSetInformationFile(handle, &io, &rename, sizeof rename, 10));
    BOOLEAN deletes = TRUE;
    SAY("delete", "%lx", NtSetInformationFile(handle, &io, &deletes, 1, 13));
    NtClose(handle);
    named(&name, L"\\??\\C:\\Users\\Public\\renamed.txt");
    SAY("gone", "%lx", NtQueryAttributesFile(&object, buffer));
    SAY("delete again", "%lx", NtDeleteFile(&object));
    named(&name, L"\\??\\C:\\Users");
    NtOpenFile(&handle, FILE_LIST_DIRECTORY | SYNCHRONIZE, &object, &io, 7, FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
    NtQueryDirectoryFile(handle, NULL, NULL, NULL, &io, buffer, sizeof buffer, 1, FALSE, NULL, TRUE);
    int entries = 1;
    for (ULONG at = 0; *(ULONG *)(buffer + at); at += *(ULONG *)(buffer + at)) entries++;
    SAY("entries", "%d", entries);
    SAY("no more", "%lx", NtQueryDirectoryFile(handle, NULL, NULL, NULL, &io, buffer, sizeof buffer, 1, FALSE, NULL, FALSE));

    named(&name, L"\\BaseNamedObjects\\NativeMutex");
    SAY("mutant", "%lx", NtCreateMutant(&handle, MUTANT_ALL_ACCESS, &object, FALSE));
    SAY("mutant again", "%lx", NtCreateMutant(&handle, MUTANT_ALL_ACCESS, &object, FALSE));
    named(&name, L"\\BaseNamedObjects\\Nothing");
    SAY("no mutant", "%lx", NtOpenMutant(&handle, MUTANT_ALL_ACCESS, &object));
    named(&name, L"\\BaseNamedObjects\\NativeEvent");
    NtCreateEvent(&event, EVENT_ALL_ACCESS, &object, 1, FALSE);
    start.QuadPart = -20000000;
    SAY("wait", "%lx", NtWaitForSingleObject(event, FALSE, &start));
    NtSetEvent(event, NULL);
    SAY("wait for set", "%lx", NtWaitForSingleObject(event, FALSE, &start));

    named(&name, L"\\Registry\\User\\.DEFAULT\\Software\\NativeKey");
    SAY("key", "%lx", NtCreateKey(&handle, KEY_ALL_ACCESS, &object, 0, NULL, 0, &disposition));
    SAY("disposition", "%lu", disposition);
    UNICODE_STRING value;
    named(&value, L"Value");
    NtSetValueKey(handle, &value, 0, REG_SZ, L"data", 10);
    SAY("value", "%lx", NtQueryValueKey(handle, &value, 2, buffer, sizeof buffer, &length));
    SAY("value bytes", "%lu %c", length, buffer[12]);
    SAY("too small", "%lx", NtQueryValueKey(handle, &value, 2, buffer, 4, &length));
    SAY("full", "%lx", NtEnumerateValueKey(handle, 0, 1, buffer, sizeof buffer, &length));
    NtDeleteValueKey(handle, &value);
    SAY("no value", "%lx", NtQueryValueKey(handle, &value, 2, buffer, sizeof buffer, &length));
    NtDeleteKey(handle);
    SAY("deleted", "%lx", NtSetValueKey(handle, &value, 0, REG_SZ, L"data", 10));
    NtClose(handle);
    named(&name, L"\\Registry\\Machine\\SYSTEM\\CurrentControlSet\\Services");
    NtOpenKey(&handle, KEY_READ, &object);
    SAY("enumerate", "%lx", NtEnumerateKey(handle, 0, 0, buffer, sizeof buffer, &length));
    NtQueryKey(handle, 3, buffer, sizeof buffer, &length);
    buffer[4 + *(ULONG *)buffer] = buffer[5 + *(ULONG *)buffer] = 0;
    SAY("key name", "%d", lstrcmpiW((WCHAR *)(buffer + 4), L"\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Services"));

    LARGE_INTEGER size;
    size.QuadPart = 8192;
    void *first = NULL, *second = NULL;
    SIZE_T view = 0;
    NtCreateSection(&handle, SECTION_ALL_ACCESS, NULL, &size, PAGE_EXECUTE_READWRITE, SEC_COMMIT, NULL);
    SAY("map", "%lx", NtMapViewOfSection(handle, GetCurrentProcess(), &first, 0, 0, NULL, &view, 1, 0, PAGE_READWRITE));
    strcpy(first, "both");
    view = 0;
    NtMapViewOfSection(handle, GetCurrentProcess(), &second, 0, 0, NULL, &view, 1, 0, PAGE_READONLY);
    SAY("section", "%s", (char *)second);
    SAY("unmap", "%lx", NtUnmapViewOfSection(GetCurrentProcess(), first));
    return told();
}

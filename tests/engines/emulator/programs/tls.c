/* A program with a TLS callback, and with an export that Windows would never call. */
#include <windows.h>

static void NTAPI callback(PVOID image, DWORD reason, PVOID reserved) {
    (void)image;
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) CreateMutexA(NULL, 0, "TlsCallback");
}

__attribute__((section(".CRT$XLF"))) PIMAGE_TLS_CALLBACK first_callback = callback;
extern int _tls_used;
int *keeps_the_directory = &_tls_used;

__declspec(dllexport) void exported(void) { CreateMutexA(NULL, 0, "NeverCalled"); }

int main(void) {
    CreateMutexA(NULL, 0, "Main");
    return 0;
}

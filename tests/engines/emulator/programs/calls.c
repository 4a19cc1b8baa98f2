/* Calls that have no hook of their own: cryptography, keys in a loop, an unknown API, and noise. */
#include <windows.h>
#include <wincrypt.h>

int main(void)
{
    HCRYPTPROV provider;
    HCRYPTHASH hash;
    CryptAcquireContextA(&provider, NULL, NULL, PROV_RSA_AES, CRYPT_VERIFYCONTEXT);
    CryptCreateHash(provider, CALG_SHA_256, 0, 0, &hash);
    for (int i = 0; i < 200; i++) GetAsyncKeyState(i);
    FARPROC sessions = GetProcAddress(LoadLibraryA("wtsapi32.dll"), "WTSEnumerateSessionsW");
    DWORD count;
    void *list;
    ((int(WINAPI *)(HANDLE, DWORD, DWORD, void **, DWORD *))sessions)(0, 0, 1, &list, &count);
    HeapFree(GetProcessHeap(), 0, HeapAlloc(GetProcessHeap(), 0, 10));
    return lstrlenA("noise");
}

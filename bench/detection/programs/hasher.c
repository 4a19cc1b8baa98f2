/* Says the SHA-1 of a file, as tools do that check downloads. */
#include <windows.h>
#include <wincrypt.h>
#include <stdio.h>

int main(void) {
    HCRYPTPROV provider;
    HCRYPTHASH hash;
    BYTE block[4096], digest[20];
    DWORD got, size = sizeof digest;
    CryptAcquireContextA(&provider, NULL, NULL, PROV_RSA_FULL, CRYPT_VERIFYCONTEXT);
    CryptCreateHash(provider, CALG_SHA1, 0, 0, &hash);
    HANDLE file = CreateFileA("C:\\Windows\\System32\\drivers\\etc\\hosts", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    while (ReadFile(file, block, sizeof block, &got, NULL) && got > 0) CryptHashData(hash, block, got, 0);
    CloseHandle(file);
    CryptGetHashParam(hash, HP_HASHVAL, digest, &size, 0);
    for (DWORD i = 0; i < size; i++) printf("%02x", digest[i]);
    CryptDestroyHash(hash);
    CryptReleaseContext(provider, 0);
    return 0;
}

/* Takes and touches memory until there is no more. */
#include <windows.h>
int main(void) {
    for (;;) {
        char *block = VirtualAlloc(NULL, 64 << 20, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
        if (block == NULL) return 1;
        for (unsigned at = 0; at < 64u << 20; at += 4096) block[at] = 1;
    }
}

/* Many small blocks, some large ones, and one larger than any process gets; then a long loop without calls. */
#include <windows.h>
#include <stdlib.h>

int main(void) {
    static void *blocks[3000];
    for (int i = 0; i < 3000; i++) {
        blocks[i] = malloc(i % 7 == 0 ? 5000 : 40);
        *(volatile int *)blocks[i] = i;
    }
    for (int i = 0; i < 3000; i++)
        if (*(volatile int *)blocks[i] != i) return 1;
    for (int i = 0; i < 3000; i += 2) free(blocks[i]);
    for (int i = 0; i < 3000; i += 2)
        if (*(volatile int *)(blocks[i] = calloc(1, 40)) != 0) return 2;
    CreateMutexA(NULL, 0, "SmallBlocks");
    for (int i = 0; i < 60; i++)
        if (VirtualAlloc(NULL, 1 << 20, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE) == NULL) return 3;
    if (VirtualAlloc(NULL, 0x70000000, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE) != NULL) return 4;
    CreateMutexA(NULL, 0, "LargeBlocks");
    volatile unsigned x = 1;
    for (unsigned i = 0; i < 5000000; i++) x = x * 1664525 + 1013904223;
    CreateMutexA(NULL, 0, "Loop");
    return 0;
}

/* Decodes a text that its image has in no readable form: on the heap, and in capitals and UTF-16 on the stack. */
#include <stdlib.h>
#include <windows.h>
int main(void) {
    static const unsigned char hidden[] = {0x3e, 0x3f, 0x39, 0x35, 0x3e, 0x3f, 0x3e, 0x77, 0x2e, 0x3f, 0x22, 0x2e, 0};
    volatile char *heap = malloc(64);
    volatile wchar_t stack[32];
    unsigned i;
    for (i = 0; hidden[i]; i++) {
        heap[i] = hidden[i] ^ 0x5a;
        stack[i] = heap[i] == '-' ? '-' : heap[i] - 32;
    }
    heap[i] = 0;
    stack[i] = 0;
    return stack[0] == heap[0];
}

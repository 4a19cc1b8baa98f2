/* Never ends and creates files without end, to fill the log. */
#include <windows.h>
#include <stdio.h>
int main(void) {
    char path[64];
    for (unsigned n = 0;; n++) {
        snprintf(path, sizeof path, "C:\\Users\\Public\\talk%u.txt", n);
        CloseHandle(CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    }
}

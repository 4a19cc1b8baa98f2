/* Makes mutexes named as the strings in its resources (strings.rc). */
#include <windows.h>

int main(void) {
    char text[60];
    WCHAR wide[7];
    if (LoadStringA(GetModuleHandleA(NULL), 5, text, sizeof text)) CreateMutexA(NULL, FALSE, text);
    if (LoadStringW(NULL, 38, wide, 7) == 6) CreateMutexW(NULL, FALSE, wide);
    if (LoadStringA(NULL, 6, text, sizeof text)) CreateMutexA(NULL, FALSE, "wrong");
    return 0;
}

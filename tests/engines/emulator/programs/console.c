/* Tells the console from a file by its mode, and writes to both. */
#include <windows.h>

int main(void) {
    DWORD mode = 0, written = 0;
    HANDLE file = CreateFileA("C:\\Users\\Public\\plain.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (GetConsoleMode(file, &mode)) return 1;
    if (!GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode) || mode == 0) return 2;
    if (!WriteConsoleW(GetStdHandle(STD_OUTPUT_HANDLE), L"hello", 5, &written, NULL) || written != 5) return 3;
    char line[16];
    if (!ReadConsoleA(GetStdHandle(STD_INPUT_HANDLE), line, sizeof line, &written, NULL) || written != 0) return 4;
    return 0;
}

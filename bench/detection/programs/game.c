/* A game: follows keys and mouse, asks what the machine can do, keeps its scores, hides what it is from debuggers. */
#include <windows.h>
#include <stdio.h>

int main(void) {
    POINT at;
    LARGE_INTEGER ticks;
    for (int frame = 0; frame < 40; frame++) {
        GetAsyncKeyState(VK_LEFT);
        GetAsyncKeyState(VK_RIGHT);
        GetCursorPos(&at);
        QueryPerformanceCounter(&ticks);
        Sleep(16);
    }
    BOOL debugged = FALSE;
    CheckRemoteDebuggerPresent(GetCurrentProcess(), &debugged);
    DISPLAY_DEVICEA device = {sizeof device};
    EnumDisplayDevicesA(NULL, 0, &device, 0);
    char folder[MAX_PATH], file[MAX_PATH + 40];
    GetEnvironmentVariableA("APPDATA", folder, MAX_PATH);
    snprintf(file, sizeof file, "%s\\ExampleGame", folder);
    CreateDirectoryA(file, NULL);
    strcat(file, "\\scores.dat");
    FILE *out = fopen(file, "wb");
    if (out != NULL) { fwrite(&ticks, sizeof ticks, 1, out); fclose(out); }
    return 0;
}

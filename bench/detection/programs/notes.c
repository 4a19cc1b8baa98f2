/* A small editor: settings in its own key, a window with a field, the text saved among the user's documents. */
#include <windows.h>
#include <shlobj.h>
#include <stdio.h>

static LRESULT CALLBACK window(HWND handle, UINT message, WPARAM first, LPARAM second) {
    if (message == WM_TIMER) DestroyWindow(handle);
    if (message == WM_DESTROY) PostQuitMessage(0);
    return DefWindowProcA(handle, message, first, second);
}

int main(void) {
    HKEY key;
    DWORD width = 640;
    RegCreateKeyExA(HKEY_CURRENT_USER, "Software\\Example\\Notes", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    RegSetValueExA(key, "Width", 0, REG_DWORD, (BYTE *)&width, sizeof width);
    RegCloseKey(key);
    WNDCLASSA class = {0};
    class.lpfnWndProc = window;
    class.hInstance = GetModuleHandleA(NULL);
    class.hCursor = LoadCursorA(NULL, IDC_ARROW);
    class.lpszClassName = "NotesWindow";
    RegisterClassA(&class);
    HWND handle = CreateWindowExA(0, "NotesWindow", "Notes", WS_OVERLAPPEDWINDOW, 0, 0, width, 480, NULL, NULL, class.hInstance, NULL);
    CreateWindowExA(0, "EDIT", "", WS_CHILD | WS_VISIBLE, 0, 0, 600, 400, handle, NULL, class.hInstance, NULL);
    ShowWindow(handle, SW_SHOW);
    SetTimer(handle, 1, 100, NULL);
    MSG message;
    for (int i = 0; i < 50 && GetMessageA(&message, NULL, 0, 0) > 0; i++) {
        TranslateMessage(&message);
        DispatchMessageA(&message);
    }
    char path[MAX_PATH], file[MAX_PATH + 20];
    SHGetFolderPathA(NULL, CSIDL_PERSONAL, NULL, 0, path);
    snprintf(file, sizeof file, "%s\\notes.txt", path);
    FILE *out = fopen(file, "w");
    if (out != NULL) { fputs("buy milk\n", out); fclose(out); }
    return 0;
}

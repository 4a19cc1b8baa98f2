/* A program with a window, timers, a dialog and a message box.
   Each claim that does not hold makes a mutex named "wrong ..."; the last one is "done". */
#include <windows.h>
#include <stdio.h>

static int created, painted, ticks, begun, asked, ended;

static void claim(const char *what, int holds) {
    char name[80];
    snprintf(name, sizeof name, "wrong %s", what);
    if (!holds) CreateMutexA(NULL, FALSE, name);
}

static LRESULT CALLBACK window(HWND handle, UINT message, WPARAM wparam, LPARAM lparam) {
    switch (message) {
    case WM_CREATE: created += ((CREATESTRUCTA *)lparam)->lpCreateParams == &created; return 0;
    case WM_PAINT: painted++; ValidateRect(handle, NULL); return 0;
    case WM_TIMER:
        if (++ticks == 3) {
            KillTimer(handle, 1);
            CloseHandle(CreateFileA("C:\\Users\\Public\\ticked.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
        }
        return 0;
    case WM_APP: asked++; return wparam + lparam;
    case WM_DESTROY: ended++; PostQuitMessage(3); return 0;
    }
    return DefWindowProcA(handle, message, wparam, lparam);
}

static INT_PTR CALLBACK dialog(HWND handle, UINT message, WPARAM wparam, LPARAM lparam) {
    if (message == WM_INITDIALOG) begun++, SetTimer(handle, 7, 100, NULL);
    if (message == WM_TIMER || (message == WM_COMMAND && LOWORD(wparam) == IDCANCEL)) EndDialog(handle, message);
    return message == WM_INITDIALOG;
}

int WINAPI WinMain(HINSTANCE instance, HINSTANCE before, LPSTR line, int show) {
    WNDCLASSEXA extended = {sizeof extended};
    WNDCLASSW plain = {0};
    MSG message;
    char title[40];
    extended.lpfnWndProc = window, extended.lpszClassName = "BenignClass";
    plain.lpfnWndProc = window, plain.lpszClassName = L"PlainClass";
    claim("classes", RegisterClassExA(&extended) && RegisterClassW(&plain));
    HWND handle = CreateWindowExA(0, "BenignClass", "Title", 0, 0, 0, 9, 9, NULL, NULL, instance, &created);
    claim("created", handle != NULL && created == 1);
    claim("title", GetWindowTextA(handle, title, sizeof title) == 5 && strcmp(title, "Title") == 0);
    ShowWindow(handle, show);
    UpdateWindow(handle);
    claim("painted", painted == 1);
    claim("sent", SendMessageA(handle, WM_APP, 5, 2) == 7);
    PostMessageA(handle, WM_APP, 1, 1);
    SetTimer(handle, 1, 500, NULL);
    DWORD start = GetTickCount();
    while (GetMessageA(&message, NULL, 0, 0) > 0) DispatchMessageA(&message);
    claim("ticks", ticks == 3 && asked == 2 && GetTickCount() - start >= 1500);
    claim("closed by its user", ended == 1 && message.message == WM_QUIT && message.wParam == 3);
    HWND other = CreateWindowExW(0, L"PlainClass", L"Other", 0, 0, 0, 9, 9, NULL, NULL, instance, NULL);
    claim("destroyed", DestroyWindow(other) && ended == 2);
    claim("nothing more", GetMessageW(&message, NULL, 0, 0) == 0 && !PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE));
    struct { DLGTEMPLATE head; WORD rest[3]; } box = {{WS_POPUP, 0, 0, 0, 0, 9, 9}};
    claim("dialog", DialogBoxIndirectParamA(instance, &box.head, NULL, dialog, 0) == WM_TIMER && begun == 1);
    claim("message box", MessageBoxA(NULL, "Go on?", "Benign", MB_YESNO) == IDYES);
    CreateMutexA(NULL, FALSE, "done");
    return 0;
}

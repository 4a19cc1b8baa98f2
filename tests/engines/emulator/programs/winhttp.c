/* WinHTTP in its forms: secure, with headers and a body in parts, read to its end, and asynchronous. Each step leaves
   a mutex. */
#include <windows.h>
#include <winhttp.h>
#include <stdio.h>
#include <string.h>

static void ok(int holds, const char *what) {
    char name[64];
    sprintf(name, "%s_%s", holds ? "ok" : "bad", what);
    CreateMutexA(NULL, 0, name);
}

static HINTERNET request;
static volatile LONG seen;
static char answer[4096];
static void CALLBACK status(HINTERNET h, DWORD_PTR context, DWORD code, LPVOID info, DWORD size) {
    (void)h; (void)context;
    if (code == WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE) { seen |= 1; WinHttpReceiveResponse(request, NULL); }
    if (code == WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE) { seen |= 2; WinHttpQueryDataAvailable(request, NULL); }
    if (code == WINHTTP_CALLBACK_STATUS_DATA_AVAILABLE) { seen |= 4; WinHttpReadData(request, answer, *(DWORD *)info, NULL); }
    if (code == WINHTTP_CALLBACK_STATUS_READ_COMPLETE && size > 0) seen |= 8;
}

int main(void) {
    HINTERNET i = WinHttpOpen(L"Http/3.0", WINHTTP_ACCESS_TYPE_DEFAULT_PROXY, NULL, NULL, 0);
    HINTERNET c = WinHttpConnect(i, L"secure.benign.test", INTERNET_DEFAULT_HTTPS_PORT, 0);
    HINTERNET q = WinHttpOpenRequest(c, L"POST", L"/api?k=v", NULL, WINHTTP_NO_REFERER, NULL, WINHTTP_FLAG_SECURE);
    WinHttpAddRequestHeaders(q, L"X-Key: abc\r\nAccept: text/plain", (DWORD)-1, WINHTTP_ADDREQ_FLAG_ADD);
    DWORD n = 0, code = 0, size = sizeof code;
    ok(WinHttpSendRequest(q, L"X-More: 1", (DWORD)-1, "ab", 2, 6, 0) && WinHttpWriteData(q, "cdef", 4, &n) && n == 4, "send");
    ok(WinHttpReceiveResponse(q, NULL), "receive");
    ok(WinHttpQueryHeaders(q, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER, NULL, &code, &size, NULL) && code == 200, "code");
    size = 0;
    ok(!WinHttpQueryHeaders(q, WINHTTP_QUERY_RAW_HEADERS_CRLF, NULL, NULL, &size, NULL) &&
           GetLastError() == ERROR_INSUFFICIENT_BUFFER && size > 20, "size");
    char b[8192];
    DWORD total = 0, left = 0;
    while (WinHttpQueryDataAvailable(q, &left) && left > 0 && WinHttpReadData(q, b, 64, &n) && n > 0) total += n;
    ok(total > 64 && left == 0, "read");
    WinHttpCloseHandle(q);
    WinHttpCloseHandle(c);
    URL_COMPONENTS parts = {0};
    parts.dwStructSize = sizeof parts;
    parts.dwHostNameLength = parts.dwUrlPathLength = (DWORD)-1;
    ok(WinHttpCrackUrl(L"http://parts.benign.test/x/y", 0, 0, &parts) && parts.nPort == 80 && parts.dwHostNameLength == 17, "crack");
    HINTERNET a = WinHttpOpen(NULL, 0, NULL, NULL, WINHTTP_FLAG_ASYNC);
    WinHttpSetStatusCallback(a, status, WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS, 0);
    c = WinHttpConnect(a, L"later.benign.test", 8080, 0);
    request = WinHttpOpenRequest(c, NULL, L"/async", NULL, NULL, NULL, 0);
    ok(WinHttpSendRequest(request, NULL, 0, NULL, 0, 0, 1), "pending");
    ok(seen == 15, "callbacks");
    return 0;
}

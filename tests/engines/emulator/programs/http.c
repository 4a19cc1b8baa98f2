/* WinINet and urlmon in their many forms: wide and narrow, by URL and by connection, with a body in parts, with an
   asynchronous session, FTP, URLs taken apart, downloads. Each step leaves a mutex. */
#include <windows.h>
#include <wininet.h>
#include <urlmon.h>
#include <stdio.h>
#include <string.h>

static void ok(int holds, const char *what) {
    char name[64];
    sprintf(name, "%s_%s", holds ? "ok" : "bad", what);
    CreateMutexA(NULL, 0, name);
}

static volatile LONG told;
static void CALLBACK status(HINTERNET h, DWORD_PTR context, DWORD code, LPVOID info, DWORD size) {
    if (code == INTERNET_STATUS_REQUEST_COMPLETE && context == 77 && size >= sizeof(INTERNET_ASYNC_RESULT) &&
        ((INTERNET_ASYNC_RESULT *)info)->dwError == 0)
        told++;
    (void)h;
}

static void by_url(HINTERNET i) {
    HINTERNET u = InternetOpenUrlW(i, L"https://user:pass@wide.benign.test:8443/deep/page.html?x=%20y#part",
                                   L"X-One: 1\r\nX-Two: 2\r\n", (DWORD)-1, INTERNET_FLAG_RELOAD, 0);
    DWORD code = 0, size = sizeof code, left = 0, n = 0;
    char b[4096];
    ok(u && HttpQueryInfoW(u, HTTP_QUERY_STATUS_CODE | HTTP_QUERY_FLAG_NUMBER, &code, &size, NULL) && code == 200, "code");
    char type[64];
    size = sizeof type;
    ok(HttpQueryInfoA(u, HTTP_QUERY_CONTENT_TYPE, type, &size, NULL) && strstr(type, "html"), "type");
    ok(InternetQueryDataAvailable(u, &left, 0, 0) && left > 0, "available");
    ok(InternetReadFile(u, b, sizeof b, &n) && n == left && strstr(b, "<html>"), "read");
    ok(InternetReadFile(u, b, sizeof b, &n) && n == 0, "end");
    InternetCloseHandle(u);
    ok(InternetOpenUrlA(i, "http://nosuch.invalid/", NULL, 0, 0, 0) == NULL && GetLastError() == 12007, "unknown");
}

static void by_connection(HINTERNET i) {
    HINTERNET c = InternetConnectW(i, L"post.benign.test", 8080, NULL, NULL, INTERNET_SERVICE_HTTP, 0, 0);
    HINTERNET q = HttpOpenRequestW(c, L"PUT", L"upload", NULL, L"http://from.benign.test/", NULL, 0, 0);
    HttpAddRequestHeadersA(q, "Content-Type: text/plain\r\n", (DWORD)-1, HTTP_ADDREQ_FLAG_ADD | HTTP_ADDREQ_FLAG_REPLACE);
    INTERNET_BUFFERSW buffers = {0};
    DWORD n;
    buffers.dwStructSize = sizeof buffers;
    buffers.dwBufferTotal = 10;
    ok(HttpSendRequestExW(q, &buffers, NULL, 0, 0) && InternetWriteFile(q, "first", 5, &n) &&
           InternetWriteFile(q, "after", 5, &n) && HttpEndRequestW(q, NULL, 0, 0), "parts");
    InternetCloseHandle(q);
    InternetCloseHandle(c);
}

static void asynchronously(void) {
    HINTERNET i = InternetOpenA("Async/1.0", 0, NULL, NULL, INTERNET_FLAG_ASYNC);
    InternetSetStatusCallbackA(i, status);
    HINTERNET c = InternetConnectA(i, "async.benign.test", 80, NULL, NULL, INTERNET_SERVICE_HTTP, 0, 77);
    HINTERNET q = HttpOpenRequestA(c, "GET", "/later", NULL, NULL, NULL, 0, 77);
    BOOL sent = HttpSendRequestA(q, NULL, 0, NULL, 0);
    ok((sent || GetLastError() == ERROR_IO_PENDING) && told == 1, "async");
}

static void other_ways(HINTERNET i) {
    URL_COMPONENTSA parts = {0};
    char host[64], path[64];
    parts.dwStructSize = sizeof parts;
    parts.lpszHostName = host;
    parts.dwHostNameLength = sizeof host;
    parts.lpszUrlPath = path;
    parts.dwUrlPathLength = sizeof path;
    ok(InternetCrackUrlA("https://crack.benign.test:444/p/q?r", 0, 0, &parts) && parts.nPort == 444 &&
           strcmp(host, "crack.benign.test") == 0 && strncmp(path, "/p/q", 4) == 0 && parts.nScheme == INTERNET_SCHEME_HTTPS, "crack");
    HINTERNET f = InternetConnectA(i, "ftp.benign.test", 21, "me", "secret", INTERNET_SERVICE_FTP, 0, 0);
    FILE *out = fopen("C:\\Users\\Public\\up.txt", "w");
    fputs("content", out);
    fclose(out);
    ok(f && FtpPutFileA(f, "C:\\Users\\Public\\up.txt", "up.txt", FTP_TRANSFER_TYPE_BINARY, 0), "ftpput");
    ok(FtpGetFileA(f, "down.txt", "C:\\Users\\Public\\down.txt", FALSE, 0, 0, 0), "ftpget");
    InternetCloseHandle(f);
    ok(URLDownloadToFileW(NULL, L"http://load.benign.test/tool.bin", L"C:\\Users\\Public\\tool.bin", 0, NULL) == S_OK, "download");
    char cached[MAX_PATH];
    ok(URLDownloadToCacheFileA(NULL, "http://load.benign.test/logo.gif", cached, sizeof cached, 0, NULL) == S_OK &&
           GetFileAttributesA(cached) != INVALID_FILE_ATTRIBUTES, "cache");
    DWORD state;
    ok(InternetGetConnectedState(&state, 0) && InternetCheckConnectionA("http://check.benign.test/", 1, 0), "state");
}

int main(void) {
    HINTERNET i = InternetOpenW(L"Wide/2.0", 0, NULL, NULL, 0);
    by_url(i);
    by_connection(i);
    asynchronously();
    other_ways(i);
    InternetCloseHandle(i);
    return 0;
}

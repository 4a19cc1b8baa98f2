/* A program with a page of its own on the loopback address, and a look at its maker's news. */
#include <winsock2.h>
#include <windows.h>
#include <wininet.h>

int main(void) {
    WSADATA data;
    WSAStartup(MAKEWORD(2, 2), &data);
    SOCKET server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {AF_INET, htons(8765)};
    at.sin_addr.s_addr = inet_addr("127.0.0.1");
    bind(server, (struct sockaddr *)&at, sizeof at);
    listen(server, 4);
    closesocket(server);
    HINTERNET session = InternetOpenA("Example/2.0", INTERNET_OPEN_TYPE_PRECONFIG, NULL, NULL, 0);
    HINTERNET page = InternetOpenUrlA(session, "https://news.benign.test/feed.xml", NULL, 0, INTERNET_FLAG_SECURE, 0);
    char block[512];
    DWORD got;
    if (page != NULL) InternetReadFile(page, block, sizeof block, &got);
    InternetCloseHandle(session);
    WSACleanup();
    return 0;
}

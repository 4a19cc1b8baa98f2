/* Winsock in its many forms: HTTP and TLS by hand, UDP and DNS by hand, IPv6, overlapped and non-blocking sockets,
   names as text, refused connections, an echo request, a port that is listened on. Each step leaves a mutex. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>
#include <iphlpapi.h>
#include <icmpapi.h>
#include <windns.h>
#include <stdio.h>
#include <string.h>

static void ok(int holds, const char *what) {
    char name[64];
    sprintf(name, "%s_%s", holds ? "ok" : "bad", what);
    CreateMutexA(NULL, 0, name);
}

static struct sockaddr_in place(const char *ip, int port) {
    struct sockaddr_in a = {0};
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    a.sin_addr.s_addr = inet_addr(ip);
    return a;
}

static void http_by_hand(void) {
    struct hostent *h = gethostbyname("plain.benign.test");
    SOCKET s = WSASocketA(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, 0);
    struct sockaddr_in a = place("0.0.0.0", 80);
    memcpy(&a.sin_addr, h->h_addr_list[0], h->h_length);
    ok(WSAConnect(s, (void *)&a, sizeof a, NULL, NULL, NULL, NULL) == 0, "connect");
    send(s, "GET /by/hand?n=1 HT", 19, 0);
    const char *rest = "TP/1.1\r\nHost: plain.benign.test\r\nUser-Agent: Hand/1.0\r\n\r\n";
    send(s, rest, (int)strlen(rest), 0);
    char b[512];
    fd_set set;
    struct timeval t = {1, 0};
    FD_ZERO(&set);
    FD_SET(s, &set);
    ok(select(0, &set, NULL, NULL, &t) == 1 && FD_ISSET(s, &set), "select");
    int n = recv(s, b, sizeof b - 1, 0);
    ok(n > 12 && strncmp(b, "HTTP/1.1 200", 12) == 0, "response");
    while (n > 0) n = recv(s, b, sizeof b, 0);
    ok(n == 0, "end");
    struct sockaddr_in p;
    int size = sizeof p;
    ok(getpeername(s, (void *)&p, &size) == 0 && p.sin_port == htons(80), "peer");
    const char *post = "POST /second HTTP/1.1\r\nHost: plain.benign.test:80\r\nContent-Length: 5\r\n\r\nhello";
    WSABUF w = {(ULONG)strlen(post), (char *)post};
    DWORD sent = 0;
    ok(WSASend(s, &w, 1, &sent, 0, NULL, NULL) == 0 && sent == w.len, "wsasend");
    closesocket(s);
    ok(send(s, "x", 1, 0) == SOCKET_ERROR && WSAGetLastError() == WSAENOTSOCK, "closed");
}

static void tls_by_hand(void) {
    static const unsigned char hello[] = {
        0x16, 3, 1, 0, 73, 1, 0, 0, 69, 3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
        21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0, 0, 4, 0x13, 1, 0xc0, 0x2f, 1, 0, 0, 24, 0, 0, 0, 20, 0, 18,
        0, 0, 15, 't', 'l', 's', '.', 'b', 'e', 'n', 'i', 'g', 'n', '.', 't', 'e', 's', 't'};
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = place("192.0.2.44", 443);
    connect(s, (void *)&a, sizeof a);
    send(s, (const char *)hello, sizeof hello, 0);
    closesocket(s);
}

static void datagrams(void) {
    static const char query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03own\x06" "benign\x04test\x00\x00\x01\x00\x01";
    char b[512];
    SOCKET u = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in a = place("192.0.2.53", 53), from;
    int size = sizeof from;
    sendto(u, query, sizeof query - 1, 0, (void *)&a, sizeof a);
    int n = recvfrom(u, b, sizeof b, 0, (void *)&from, &size);
    ok(n == (int)sizeof query - 1 + 16 && from.sin_port == htons(53), "dns");
    DWORD wait = 100;
    setsockopt(u, SOL_SOCKET, SO_RCVTIMEO, (char *)&wait, sizeof wait);
    ok(recv(u, b, sizeof b, 0) == SOCKET_ERROR && WSAGetLastError() == WSAETIMEDOUT, "timeout");
    closesocket(u);
}

static void other_ways(void) {
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    u_long on = 1;
    struct sockaddr_in a = place("192.0.2.10", 4444), own = place("127.0.0.1", 9);
    ioctlsocket(s, FIONBIO, &on);
    ok(connect(s, (void *)&a, sizeof a) == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK, "nonblocking");
    WSAPOLLFD p = {s, POLLWRNORM, 0};
    ok(WSAPoll(&p, 1, 1000) == 1 && (p.revents & POLLWRNORM), "poll");
    closesocket(s);
    s = socket(AF_INET, SOCK_STREAM, 0);
    ok(connect(s, (void *)&own, sizeof own) == SOCKET_ERROR && WSAGetLastError() == WSAECONNREFUSED, "refused");
    GUID id = WSAID_CONNECTEX;
    LPFN_CONNECTEX connect_ex = NULL;
    DWORD n = 0;
    WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &connect_ex, sizeof connect_ex, &n, NULL, NULL);
    struct sockaddr_in any = place("0.0.0.0", 0), far_away = place("192.0.2.11", 8443);
    bind(s, (void *)&any, sizeof any);
    OVERLAPPED o = {0};
    ok(connect_ex && connect_ex(s, (void *)&far_away, sizeof far_away, "first", 5, &n, &o) && n == 5, "connectex");
    closesocket(s);
    SOCKET l = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = place("0.0.0.0", 31337);
    ioctlsocket(l, FIONBIO, &on);
    ok(bind(l, (void *)&here, sizeof here) == 0 && listen(l, 5) == 0, "listen");
    ok(accept(l, NULL, NULL) == INVALID_SOCKET && WSAGetLastError() == WSAEWOULDBLOCK, "accept");
    closesocket(l);
    struct sockaddr_in6 six = {0};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(6666);
    InetPtonA(AF_INET6, "2001:db8::99", &six.sin6_addr);
    s = socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP);
    ok(connect(s, (void *)&six, sizeof six) == 0, "ipv6");
    closesocket(s);
}

static void names(void) {
    ADDRINFOW hints = {0}, *info = NULL;
    wchar_t text[64];
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ok(GetAddrInfoW(L"wide.benign.test", L"https", &hints, &info) == 0 && info && info->ai_next, "addrinfow");
    struct sockaddr_in *a = info ? (void *)info->ai_addr : NULL;
    ok(a && a->sin_port == htons(443) && InetNtopW(AF_INET, &a->sin_addr, text, 64) != NULL, "ntop");
    FreeAddrInfoW(info);
    struct addrinfo *none = NULL;
    ok(getaddrinfo("nosuch.invalid", "80", NULL, &none) == WSAHOST_NOT_FOUND && none == NULL, "nxdomain");
    PDNS_RECORDW record = NULL;
    ok(DnsQuery_W(L"query.benign.test", DNS_TYPE_A, 0, NULL, (void *)&record, NULL) == 0 && record &&
           record->wType == DNS_TYPE_A && record->Data.A.IpAddress != 0, "dnsquery");
    DnsRecordListFree(record, 1);
    HANDLE icmp = IcmpCreateFile();
    char reply[256];
    ok(IcmpSendEcho(icmp, inet_addr("192.0.2.7"), "ping", 4, NULL, reply, sizeof reply, 500) == 1, "echo");
    IcmpCloseHandle(icmp);
    char host[64];
    ok(gethostname(host, sizeof host) == 0 && strlen(host) > 3, "hostname");
}

int main(void) {
    WSADATA w;
    WSAStartup(MAKEWORD(2, 2), &w);
    http_by_hand();
    tls_by_hand();
    datagrams();
    other_ways();
    names();
    WSACleanup();
    return 0;
}

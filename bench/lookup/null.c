/* The least that an HTTP server can do: `null FILE` answers every request with the bytes of FILE, in one thread.

   It looks for the empty line that ends a request, and for nothing else. Prints its base URL. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES 65536

struct connection {
    int socket;
    size_t head_bytes, left; /* of the answer */
    char head[HEAD_BYTES];
};

static char *answer;
static size_t answer_bytes;

static void die(const char *what) { perror(what); exit(1); }

static void watch_for(int watch, struct connection *c, unsigned events, int what) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    epoll_ctl(watch, what, c->socket, &event);
}

/* Whether the answer has gone out whole. */
static int write_on(struct connection *c) {
    while (c->left > 0) {
        ssize_t n = send(c->socket, answer + answer_bytes - c->left, c->left, MSG_NOSIGNAL);
        if (n < 0) return 0;
        c->left -= (size_t)n;
    }
    return 1;
}

static void serve(int watch, struct connection *c) {
    ssize_t n = recv(c->socket, c->head + c->head_bytes, HEAD_BYTES - c->head_bytes, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) { close(c->socket); free(c); return; }
    c->head_bytes += (size_t)n;
    if (c->head_bytes < 4 || memcmp(c->head + c->head_bytes - 4, "\r\n\r\n", 4) != 0) return;
    c->head_bytes = 0;
    c->left = answer_bytes;
    if (!write_on(c)) watch_for(watch, c, EPOLLOUT, EPOLL_CTL_MOD);
}

int main(int argc, char **argv) {
    struct stat about;
    int file = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    if (file < 0 || fstat(file, &about) < 0) die("null FILE");
    answer_bytes = (size_t)about.st_size;
    answer = malloc(answer_bytes);
    if (read(file, answer, answer_bytes) != about.st_size) die(argv[1]);

    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1, watch = epoll_create1(0);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 1024) < 0) die("listen");
    getsockname(listener, (struct sockaddr *)&at, &length);
    printf("http://127.0.0.1:%d/v4\n", ntohs(at.sin_port));
    fflush(stdout);
    struct epoll_event events[256], mine = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(watch, EPOLL_CTL_ADD, listener, &mine);
    for (;;) {
        int ready = epoll_wait(watch, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (c == NULL) {
                int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (socket < 0) continue;
                setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                c = calloc(1, sizeof *c);
                c->socket = socket;
                watch_for(watch, c, EPOLLIN, EPOLL_CTL_ADD);
            } else if (events[i].events & EPOLLOUT && c->left > 0) {
                if (write_on(c)) watch_for(watch, c, EPOLLIN, EPOLL_CTL_MOD);
            } else {
                serve(watch, c);
            }
        }
    }
}

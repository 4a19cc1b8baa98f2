/* A load tool that never sleeps: `load HOST PORT CONNECTIONS SECONDS RATE STATUS PATHS TAIL`.

   Each connection carries one request at a time: GET, a line of the file PATHS at random, then the bytes of the file
   TAIL (from the space before HTTP/1.1 to the empty line). RATE 0 asks as fast as answers come; else so many requests
   a second are sent at even distances, and the time an answer took counts from when its request should have been sent,
   also where no connection was free then. Every answer must have the status STATUS and a Content-Length.

   Prints one JSON object: requests, failures, seconds, bytes, and p50_us, p90_us, p99_us, max_us. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define HEAD_BYTES 16384
#define BUCKETS (64 * 32)

struct connection {
    int socket, head_bytes, is_in_body;
    long left;
    uint64_t due_ns;
    char head[HEAD_BYTES + 1];
};

static const char *status_line;
static uint64_t buckets[BUCKETS], answers, failures, received, longest_ns;
static char sink[1 << 20];

static void die(const char *what) { perror(what); exit(1); }

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Buckets grow with what they hold: each is 1/16 of its value wide, or less. */
static int bucket_of(uint64_t ns) {
    if (ns < 32) return (int)ns;
    int top = 63 - __builtin_clzll(ns);
    return top * 32 + (int)((ns >> (top - 5)) & 31);
}

static uint64_t end_of(int bucket) {
    if (bucket < 64) return (uint64_t)bucket;
    return (uint64_t)(32 + bucket % 32 + 1) << (bucket / 32 - 5);
}

static double percentile_us(double share) {
    uint64_t seen = 0;
    for (int b = 0; b < BUCKETS; b++)
        if ((seen += buckets[b]) > 0 && (double)seen >= share * (double)answers)
            return (double)(end_of(b) < longest_ns ? end_of(b) : longest_ns) / 1000;
    return 0;
}

static char *mapped(const char *path, size_t *length) {
    struct stat about;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &about) < 0) die(path);
    char *data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (data == MAP_FAILED) die(path);
    close(file);
    *length = (size_t)about.st_size;
    return data;
}

static void done(struct connection *c) {
    uint64_t took = now_ns() - c->due_ns;
    if (took > longest_ns) longest_ns = took;
    buckets[bucket_of(took)]++;
    answers++;
}

/* Whether the answer is whole. */
static int read_on(struct connection *c) {
    for (;;) {
        ssize_t n = c->is_in_body ? recv(c->socket, sink, sizeof sink, MSG_TRUNC)
                                  : recv(c->socket, c->head + c->head_bytes, (size_t)(HEAD_BYTES - c->head_bytes), 0);
        if (n < 0 && errno == EAGAIN) return 0;
        if (n <= 0) die("an answer broke off");
        received += (uint64_t)n;
        if (c->is_in_body) {
            c->left -= n;
        } else {
            c->head_bytes += (int)n;
            c->head[c->head_bytes] = 0;
            char *end = strstr(c->head, "\r\n\r\n"), *length = strcasestr(c->head, "\r\ncontent-length:");
            if (end == NULL) continue;
            if (strncmp(c->head + 9, status_line, 3) != 0) failures++;
            c->left = (length == NULL ? 0 : atol(length + 17)) - (c->head + c->head_bytes - end - 4);
            c->is_in_body = 1;
        }
        if (c->left <= 0) { done(c); return 1; }
    }
}

int main(int argc, char **argv) {
    if (argc != 9) { fprintf(stderr, "load HOST PORT CONNECTIONS SECONDS RATE STATUS PATHS TAIL\n"); return 2; }
    int count = atoi(argv[3]), idle = 0;
    double seconds = atof(argv[4]), rate = atof(argv[5]);
    status_line = argv[6];
    size_t paths_bytes, tail_bytes, lines = 0, line = 0;
    char *paths = mapped(argv[7], &paths_bytes), *tail = mapped(argv[8], &tail_bytes);
    for (size_t i = 0; i < paths_bytes; i++) lines += paths[i] == '\n';
    size_t *starts = calloc(lines + 1, sizeof *starts);
    for (size_t i = 0; i < paths_bytes; i++) if (paths[i] == '\n') starts[++line] = i + 1;

    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    inet_pton(AF_INET, argv[1], &to.sin_addr);
    struct connection *all = calloc((size_t)count, sizeof *all), **free_ones = calloc((size_t)count, sizeof *free_ones);
    struct epoll_event *events = calloc((size_t)count, sizeof *events);
    int watch = epoll_create1(0), yes = 1;
    for (int i = 0; i < count; i++) {
        struct connection *c = free_ones[idle++] = all + i;
        c->socket = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(c->socket, (struct sockaddr *)&to, sizeof to) < 0) die("cannot connect");
        setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        fcntl(c->socket, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(watch, EPOLL_CTL_ADD, c->socket, &event);
    }
    uint64_t random = 88172645463325252u ^ now_ns(), began = now_ns(), end = began + (uint64_t)(seconds * 1e9), now;
    uint64_t sent = 0;
    double gap = rate > 0 ? 1e9 / rate : 0;
    while ((now = now_ns()) < end) {
        while (idle > 0) {
            uint64_t due = rate > 0 ? began + (uint64_t)((double)sent * gap) : now_ns();
            if (due > now_ns()) break;
            struct connection *c = free_ones[--idle];
            random ^= random << 13; random ^= random >> 7; random ^= random << 17;
            size_t pick = random % lines;
            struct iovec request[3] = {{"GET ", 4},
                                       {paths + starts[pick], starts[pick + 1] - starts[pick] - 1},
                                       {tail, tail_bytes}};
            c->head_bytes = c->is_in_body = 0;
            c->due_ns = due;
            if (writev(c->socket, request, 3) < 0) die("cannot send");
            sent++;
        }
        int ready = epoll_wait(watch, events, count, 0);
        for (int i = 0; i < ready; i++)
            if (read_on(events[i].data.ptr)) free_ones[idle++] = events[i].data.ptr;
    }
    printf("{\"requests\":%lu,\"failures\":%lu,\"seconds\":%.6f,\"bytes\":%lu,"
           "\"p50_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f}\n",
           answers, failures, (double)(now_ns() - began) / 1e9, received, percentile_us(0.5), percentile_us(0.9),
           percentile_us(0.99), (double)longest_ns / 1000);
    return 0;
}

/* Makes one write of this process fail, or all from one on: loaded by LD_PRELOAD, told by fault_arm().

   Counted are the calls that change what lies below the folder FAULT_FOLDER: write, pwrite, writev, pwritev, fsync,
   fdatasync, ftruncate by the descriptor's path; open with O_CREAT, rename, mkdir and unlink by theirs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int fail_at, fail_with, fails_on, count;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;

void fault_arm(int at, int error, int on) {
    pthread_mutex_lock(&guard);
    fail_at = at;
    fail_with = error;
    fails_on = on;
    count = 0;
    pthread_mutex_unlock(&guard);
}

int fault_count(void) { return count; }

static int is_below(const char *path) {
    const char *folder = getenv("FAULT_FOLDER");
    return folder != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_due(int below) {
    if (!below) return 0;
    pthread_mutex_lock(&guard);
    count++;
    int due = fail_at > 0 && (count == fail_at || (fails_on && count > fail_at));
    pthread_mutex_unlock(&guard);
    if (due) errno = fail_with;
    return due;
}

static int due_for(int descriptor) {
    char link[64], path[PATH_MAX + 1];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, path, PATH_MAX);
    if (size < 0) return 0;
    path[size] = 0;
    return is_due(is_below(path));
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define BY_DESCRIPTOR(type, name, parameters, arguments) \
    type name parameters { return due_for(fd) ? -1 : REAL(name) arguments; }

BY_DESCRIPTOR(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
BY_DESCRIPTOR(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
BY_DESCRIPTOR(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
BY_DESCRIPTOR(ssize_t, writev, (int fd, const struct iovec *parts, int parts_count), (fd, parts, parts_count))
BY_DESCRIPTOR(ssize_t, pwritev, (int fd, const struct iovec *parts, int parts_count, off_t at), (fd, parts, parts_count, at))
BY_DESCRIPTOR(ssize_t, pwritev64, (int fd, const struct iovec *parts, int parts_count, off64_t at), (fd, parts, parts_count, at))
BY_DESCRIPTOR(int, fsync, (int fd), (fd))
BY_DESCRIPTOR(int, fdatasync, (int fd), (fd))
BY_DESCRIPTOR(int, ftruncate, (int fd, off_t size), (fd, size))
BY_DESCRIPTOR(int, ftruncate64, (int fd, off64_t size), (fd, size))

#define OPENING(name) \
    int name(const char *path, int flags, ...) { \
        va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
        return (flags & O_CREAT) && is_due(is_below(path)) ? -1 : REAL(name)(path, flags, mode); \
    }
OPENING(open)
OPENING(open64)

int rename(const char *from, const char *to) { return is_due(is_below(to)) ? -1 : REAL(rename)(from, to); }
int mkdir(const char *path, mode_t mode) { return is_due(is_below(path)) ? -1 : REAL(mkdir)(path, mode); }
int unlink(const char *path) { return is_due(is_below(path)) ? -1 : REAL(unlink)(path); }

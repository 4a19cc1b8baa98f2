"""What `fastpath` is made of: bytes of the formats that it reads, system calls, and the fields of its classes."""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from posix.types cimport off_t

cdef extern from "wire.h" nogil:
    void fg_fetch(const uint8_t *at)
    uint64_t fg_number(const uint8_t *at, int size)
    bint fg_raw(uint8_t *to, const uint8_t *text, ptrdiff_t digits)
    char *fg_put(char *to, const char *piece, size_t size)
    char *fg_put_number(char *to, uint64_t number)
    char *fg_put_hex(char *to, const uint8_t *raw, size_t size)

cdef extern from "<sys/socket.h>" nogil:
    ssize_t c_send "send"(int, const void *, size_t, int)
    int MSG_MORE, MSG_NOSIGNAL

cdef extern from "<sys/uio.h>" nogil:
    struct iovec:
        void *iov_base
        size_t iov_len
    ssize_t writev(int, const iovec *, int)

cdef extern from "<sys/sendfile.h>" nogil:
    ssize_t sendfile(int, int, off_t *, size_t)

cdef extern from "<time.h>" nogil:
    struct timespec:
        long tv_sec
        long tv_nsec
    int clock_gettime(int, timespec *)
    int CLOCK_MONOTONIC

cdef extern from "Python.h":
    Py_ssize_t PySet_GET_SIZE(object)

cdef enum:
    _CHECK = 2              # bytes of an entry of the index: check, number, pack, unit, id
    _PLACE = 10
    _ENTRY = 28
    _ID_ENTRY = 6           # of an entry of an analysis: pack, unit
    _CRC = 4                # bytes at the beginning of a record, over the rest of it
    _FIRST_SIZE = 20        # where in its head the sizes of its payloads and the SHA-256 stand
    _SECOND_SIZE = 28
    _SHA256 = 48
    _RECORD_HEAD = 80
    _UNIT = 8
    _FIRST_COLUMN = 2       # of a row of counters
    _MAX_BUCKETS = 16
    _START_BYTES = 256      # of the first lines of an answer, at most
    _ABOUT_BYTES = 1024     # of what is said of an account, at most
    _ROOM = 2048            # for the head of an answer: both, and less than 500 bytes besides

cdef enum _Found:
    _NOT_PLAIN              # to be looked at by `api.hot`
    _BODY
    _UNKNOWN


cdef struct _Counts:
    int64_t *found
    int64_t *unknown
    int64_t *took
    int64_t *bucket[_MAX_BUCKETS]


cdef struct _Answer:
    const uint8_t *body
    uint64_t body_bytes
    int pack                # its descriptor; -1: the body lies in none
    uint64_t start          # of the body in the pack
    const uint8_t *record   # that the body is of
    uint64_t room           # in its pack, behind its head
    bint is_whole
    bint is_zstd
    size_t head_bytes
    char head[_ROOM]


cdef class _Mapped:
    cdef object view, notes
    cdef const uint8_t *start
    cdef uint64_t size
    cdef const uint16_t *note
    cdef int descriptor


cdef class _Terms:
    cdef double until
    cdef bytes after_hash, after_id, about
    cdef bint takes_gzip, takes_zstd
    cdef object row, top    # hold what the addresses point into
    cdef int64_t *numbers
    cdef int64_t *columns
    cdef int own
    cdef int64_t limit


cdef class Connection:
    cdef FastPath path
    cdef object protocol, slow, connections, bounds, state
    cdef Py_ssize_t most
    cdef bint is_surplus
    cdef _Terms terms
    cdef int descriptor
    cdef public bint is_ready
    cdef readonly double answered_at


cdef class FastPath:
    cdef object index, packs, note, environment, begin, starts_of
    cdef object pack        # that is sent from
    cdef dict terms
    cdef list keep, gzipped, zstd
    cdef _Counts counts[2]
    cdef bytes start_found, start_unknown, unknown, unknown_body

    cdef _Terms known(self, bytes lines, told)
    cdef bint answers(self, Connection to, bytes data) except -1
    cdef bint is_crowded(self, Connection to) except -1
    cdef bint is_started(self, Connection to) except -1
    cdef _Found found(self, bytes raw, bint is_by_hash, _Terms terms, double now, _Answer *answer) except *
    cdef bint reaches(self, const uint8_t *place, _Answer *answer) except -1
    cdef bint is_body(self, _Terms terms, _Answer *answer) except -1
    cdef bint is_small_and_whole(self, _Answer *answer, uint64_t size) except -1
    cdef int compose(self, _Answer *answer, _Found found, _Terms terms, int64_t used, int64_t took_us) except -1
    cdef void seen(self, bint is_by_hash, _Found found, int64_t took_us) noexcept
    cdef int send(self, Connection to, _Answer *answer) except -1

# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The plainest lookups, compiled: what `fulgurite.api.hot` does, for a fifth of its own time.

Answered here is a request whose header lines are, byte for byte, those of one that `api.hot` answered a moment ago,
that asks by MD5, SHA-1, SHA-256 or by the id of an analysis, and whose answer is a public body as it lies in its pack,
found whole before, or that the hash is unknown. Everything else is left to `api.hot` before anything has happened.
So this module has nothing of its own to say, and parses nothing but hex digits in places that are fixed.

Formats and bounds are those of the modules that own them; what is compiled in is compared with them at the import.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.dict cimport PyDict_GetItem
from cpython.ref cimport PyObject
from libc.errno cimport EAGAIN, errno
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcmp
from posix.types cimport off_t

import re

import lmdb
from zlib_ng.zlib_ng import crc32

from fulgurite.api.hot import MAX_KNOWN, SENDFILE_BYTES
from fulgurite.api.lookups import COUNTS, HASH, ID, SANDBOX
from fulgurite.errors import StoreError
from fulgurite.service.lookup import GZIPPED, HASH_UNKNOWN, ZSTD, plain
from fulgurite.service.quota import CAREFUL, FLOOR, TOP
from fulgurite.service.tally import BUCKETS_US, HASH_LOOKUP, SANDBOX_LOOKUP
from fulgurite.store.counters import COLUMNS, FREE
from fulgurite.store.entries import CHECK_BYTES, ENTRY, PRIVACY_MASK
from fulgurite.store.mapped import NOTE_MASK, NOTE_SHIFT, UNIT
from fulgurite.store.packs import HEAD

if ENTRY.format != ">HqHI12s" or HEAD.format != ">I4sBBHQQQ12s32s":
    raise ImportError("fulgurite.native.fastpath was written for other formats of the store")
if (CHECK_BYTES, UNIT, FREE) != (_CHECK, _UNIT, _FIRST_COLUMN) or len(BUCKETS_US) >= _MAX_BUCKETS:
    raise ImportError("fulgurite.native.fastpath was written for other formats of the store")

cdef uint64_t _PRIVATE = PRIVACY_MASK
cdef int _SHIFT = NOTE_SHIFT
cdef uint32_t _MASK = NOTE_MASK
cdef int _FLOOR = FLOOR, _TOP = TOP
cdef int64_t _CAREFUL = CAREFUL, _COLUMNS = COLUMNS
cdef uint64_t _SENDFILE = SENDFILE_BYTES
cdef bytes _BY_HASH = b"GET " + HASH.encode(), _BY_ID = b"GET " + ID.encode()
cdef bytes _AFTER_HASH = SANDBOX.encode(), _VERSION = b" HTTP/1.1\r\n"
cdef bytes _USED, _LEFT, _TOOK, _END
_USED, _LEFT, _TOOK, _END = COUNTS.removeprefix(b"%b%b").split(b"%d")
cdef int _buckets = len(BUCKETS_US)
cdef int64_t _bounds_us[_MAX_BUCKETS]
for _bucket, _bound_us in enumerate(BUCKETS_US):
    _bounds_us[<int>_bucket] = _bound_us


cdef inline double _now() noexcept nogil:
    cdef timespec time
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec + time.tv_nsec * 1e-9


cdef inline bint _stands(bytes piece, const uint8_t *at) noexcept:
    return memcmp(at, PyBytes_AS_STRING(piece), PyBytes_GET_SIZE(piece)) == 0


cdef inline char *_put(char *to, bytes piece) noexcept:
    return fg_put(to, PyBytes_AS_STRING(piece), PyBytes_GET_SIZE(piece))


cdef void *_address(object view) except NULL:
    """Where the bytes of a view begin; valid as long as it is held."""
    cdef Py_buffer buffer
    PyObject_GetBuffer(view, &buffer, PyBUF_SIMPLE)
    cdef void *start = buffer.buf
    PyBuffer_Release(&buffer)
    return start


cdef class _Mapped:
    """A pack by its addresses. The pack holds this, so that it goes with it."""

    def __cinit__(self, pack):
        self.view, self.notes, self.size, self.descriptor = pack.view, pack.notes, pack.size, pack.descriptor
        self.start = <const uint8_t *>_address(self.view)
        self.note = <const uint16_t *>_address(self.notes)


cdef class _Terms:
    """`lookups.Terms`: what holds for requests with certain header lines, until their key has to be looked up again."""


cdef class Connection:
    """One connection, for as long as its protocol has it. See `api.hot.Fast`."""

    def __cinit__(self, FastPath path not None, protocol):
        self.path, self.protocol, self.slow = path, protocol, protocol.data_received
        self.connections, self.bounds, self.state = protocol.connections, protocol.bounds, protocol.server_state
        self.most = self.bounds.connections
        self.descriptor = -1

    def begin(self, int descriptor):
        self.descriptor, self.is_surplus = descriptor, self.protocol.is_surplus

    def end(self):
        self.is_ready, self.descriptor = False, -1
        self.protocol = self.slow = self.terms = None

    def learn(self, bytes lines not None, terms):
        self.terms = None if terms is None else self.path.known(lines, terms)
        self.is_ready = self.terms is not None and self.descriptor >= 0

    def data_received(self, bytes data not None):
        if not self.is_ready or not self.path.answers(self, data):
            self.slow(data)


cdef class FastPath:
    """Answers for one process, from one store. Used from the event loop only."""

    def __init__(self, index, packs, tally, note=None):
        """`note` is told of each answer: client, method, path, status, microseconds. Raises StoreError."""
        cdef int own = tally.own, place
        self.index, self.packs, self.note = index, packs, note
        self.terms, self.keep = {}, []
        for place, kind in enumerate((SANDBOX_LOOKUP, HASH_LOOKUP)):
            by_status, buckets, took = tally.rows_of(kind)
            self.keep += [by_status, buckets, took]
            self.counts[place].found = <int64_t *>_address(by_status[200]) + own
            self.counts[place].unknown = <int64_t *>_address(by_status[404]) + own
            self.counts[place].took = <int64_t *>_address(took) + own
            for number, row in enumerate(buckets):
                self.counts[place].bucket[<int>number] = <int64_t *>_address(row) + own
        unknown = plain(404, HASH_UNKNOWN)
        self.unknown, self.unknown_body = unknown.head, unknown.body
        # The length of the body stands between the first two pieces, its entity tag between the last two.
        self.gzipped, self.zstd = (re.split(b"%[bd]", template) for template in (GZIPPED, ZSTD))

    def connection(self, protocol):
        """What takes the bytes of a connection from now on, and leaves to `protocol` what it does not answer."""
        return Connection(self, protocol)

    cdef _Terms known(self, bytes lines, told):
        cdef _Terms terms = self.terms.get(lines)
        until, meter, about, takes = told
        if terms is None:
            if len(self.terms) >= MAX_KNOWN:
                self.terms.clear()
            terms = self.terms[lines] = _Terms()
            terms.after_hash, terms.after_id = _AFTER_HASH + _VERSION + lines, _VERSION + lines
        if terms.until < until and len(about) <= _ABOUT_BYTES:
            terms.until, terms.about, terms.takes_gzip, terms.takes_zstd = until, about, takes.gzip, takes.zstd
            terms.row, terms.top, terms.own, terms.limit = meter.row, meter.top, meter.own, meter.limit
            terms.numbers = <int64_t *>_address(terms.row)
            terms.columns = <int64_t *>_address(terms.top) + _TOP
        return terms

    cdef bint answers(self, Connection to, bytes data) except -1:
        """Whether this is one whole request, which is answered now. Where it is not, nothing has happened."""
        cdef double began = _now()
        cdef const uint8_t *text = <const uint8_t *>PyBytes_AS_STRING(data)
        cdef Py_ssize_t size = PyBytes_GET_SIZE(data)
        # No lookup with a key is so short; the longest piece that is compared without another look is shorter.
        cdef bint is_by_hash = size >= 64 and _stands(_BY_HASH, text)
        cdef bytes before = _BY_HASH if is_by_hash else _BY_ID
        cdef bytes after = to.terms.after_hash if is_by_hash else to.terms.after_id
        cdef Py_ssize_t digits = size - PyBytes_GET_SIZE(before) - PyBytes_GET_SIZE(after)
        cdef bytes raw
        cdef _Answer answer
        cdef _Found found
        cdef int64_t used, took_us
        if began >= to.terms.until or size < 64 or not (is_by_hash or _stands(_BY_ID, text)):
            return False
        if digits != 32 and digits != 40 and digits != 64 if is_by_hash else digits != 24:
            return False
        text += PyBytes_GET_SIZE(before)
        raw = PyBytes_FromStringAndSize(NULL, digits // 2)
        if not _stands(after, text + digits) or not fg_raw(<uint8_t *>PyBytes_AS_STRING(raw), text, digits):
            return False
        if not is_by_hash:
            # An id is spelled in one way only.
            fg_put_hex(answer.head, <const uint8_t *>PyBytes_AS_STRING(raw), 12)
            if memcmp(answer.head, text, 24) != 0:
                return False
        if self.is_crowded(to) or not self.is_started(to):
            return False
        found = self.found(raw, is_by_hash, to.terms, began, &answer)
        used = -1 if found == _NOT_PLAIN else _counted(to.terms, is_by_hash)
        if used < 0:
            self.pack = None
            return False
        took_us = <int64_t>((_now() - began) * 1e6)
        self.compose(&answer, found, to.terms, used, took_us)
        self.seen(is_by_hash, found, took_us)
        if self.note is not None:
            path = data[4 : size - PyBytes_GET_SIZE(to.terms.after_id)].decode()
            self.note(to.protocol.client, "GET", path, 200 if found == _BODY else 404, took_us)
        self.send(to, &answer)
        self.pack = None
        to.answered_at = began
        return True

    cdef bint is_crowded(self, Connection to) except -1:
        """As `protocol.BoundedProtocol` has it."""
        is_one_too_many = to.is_surplus and PySet_GET_SIZE(to.connections) > to.most
        return is_one_too_many or to.bounds.held_bytes > to.bounds.unsent_bytes

    cdef bint is_started(self, Connection to) except -1:
        """Has the first lines of answers at hand, which change with the date; whether there is room for them."""
        if to.state.default_headers is not self.starts_of:
            self.start_found, self.start_unknown = to.protocol.started(200), to.protocol.started(404)
            self.starts_of = to.state.default_headers
        return max(PyBytes_GET_SIZE(self.start_found), PyBytes_GET_SIZE(self.start_unknown)) <= _START_BYTES

    cdef _Found found(self, bytes raw, bint is_by_hash, _Terms terms, double now, _Answer *answer) except *:
        """What the index has, as `finding.Finder` reads it, and the body, as `packs.Packs` does."""
        cdef bytes entry
        cdef const uint8_t *at = NULL
        self.pack = None
        try:
            if self.index.environment is not self.environment:
                self.environment = self.index.environment
                self.begin = self.environment.begin
            transaction = self.begin(self.index.hashes[PyBytes_GET_SIZE(raw)] if is_by_hash else self.index.ids)
            try:
                entry = transaction.get(raw)
                if entry is None and is_by_hash and transaction.get(b"store", None, self.index.meta) is not None:
                    answer.body, answer.pack = <const uint8_t *>PyBytes_AS_STRING(self.unknown_body), -1
                    answer.body_bytes = PyBytes_GET_SIZE(self.unknown_body)
                    return _UNKNOWN
                # One that is longer names an analysis in progress.
                if entry is not None and PyBytes_GET_SIZE(entry) == (_ENTRY if is_by_hash else _ID_ENTRY):
                    at = <const uint8_t *>PyBytes_AS_STRING(entry)
                    if not self.reaches(at + (_PLACE if is_by_hash else 0), answer):
                        at = NULL
            finally:
                transaction.abort()
        except (lmdb.Error, StoreError):
            return _NOT_PLAIN
        if at == NULL or is_by_hash and (fg_number(at + _CHECK, 8) & _PRIVATE != 0 or not _is_sound(raw, at)):
            return _NOT_PLAIN
        return _BODY if now < self.packs.forget_at and self.is_body(terms, answer) else _NOT_PLAIN

    cdef bint reaches(self, const uint8_t *place, _Answer *answer) except -1:
        """Whether a record may lie at a place. Its head is on its way from memory then, which takes a while."""
        cdef uint64_t unit = fg_number(place + 2, 4)
        cdef PyObject *known = PyDict_GetItem(self.packs.open, fg_number(place, 2))
        cdef _Mapped mapped
        if known == NULL:
            return False
        # Its descriptor is closed, and its bytes are gone, when nobody holds it any more.
        self.pack = <object>known
        mapped = self.pack.native
        if mapped is None or mapped.notes is not self.pack.notes:
            mapped = self.pack.native = _Mapped(self.pack)
        answer.start = unit * _UNIT + _RECORD_HEAD
        if answer.start > mapped.size:
            return False
        answer.record, answer.room = mapped.start + unit * _UNIT, mapped.size - answer.start
        answer.pack = mapped.descriptor
        fg_fetch(answer.record)
        fg_fetch(answer.record + _SHA256)
        answer.is_whole = mapped.note[unit >> _SHIFT] == (unit & _MASK) + 1
        return True

    cdef bint is_body(self, _Terms terms, _Answer *answer) except -1:
        """Whether the record is whole, and its body one that the client takes as it lies."""
        cdef uint64_t first = fg_number(answer.record + _FIRST_SIZE, 8)
        cdef uint64_t second = fg_number(answer.record + _SECOND_SIZE, 8)
        if first > answer.room or second > answer.room - first:
            return False
        if not answer.is_whole and not self.is_small_and_whole(answer, _RECORD_HEAD + first + second):
            return False
        answer.is_zstd = terms.takes_zstd and second > 0
        answer.body, answer.body_bytes = answer.record + _RECORD_HEAD, first
        if answer.is_zstd:
            answer.start, answer.body, answer.body_bytes = answer.start + first, answer.body + first, second
        return answer.is_zstd or terms.takes_gzip

    cdef bint is_small_and_whole(self, _Answer *answer, uint64_t size) except -1:
        """Whether a record of so many bytes is small and, by its CRC, whole. Small ones share notes, so many ask."""
        cdef uint64_t start = answer.start - _RECORD_HEAD
        cdef uint64_t unit = start // _UNIT
        if size > _UNIT << _SHIFT:
            return False
        if <uint32_t>crc32(self.pack.view[start + _CRC : start + size]) != fg_number(answer.record, _CRC):
            return False
        self.pack.note(unit)
        return True

    cdef int compose(self, _Answer *answer, _Found found, _Terms terms, int64_t used, int64_t took_us) except -1:
        """Writes the head, as `service.lookup` and `lookups` do."""
        cdef int64_t left = terms.limit - used
        cdef list pieces
        cdef char *to
        if found == _BODY:
            pieces = self.zstd if answer.is_zstd else self.gzipped
            to = fg_put_number(_put(_put(answer.head, self.start_found), pieces[0]), answer.body_bytes)
            to = _put(fg_put_hex(_put(to, pieces[1]), answer.record + _SHA256, 8), pieces[2])
        else:
            to = _put(_put(answer.head, self.start_unknown), self.unknown)
        to = fg_put_number(_put(_put(to, terms.about), _USED), used)
        to = fg_put_number(_put(to, _LEFT), left if left > 0 else 0)
        to = _put(fg_put_number(_put(to, _TOOK), took_us // 1000), _END)
        to = fg_put(to, "\r\n", 2)
        answer.head_bytes = to - answer.head
        return 0

    cdef void seen(self, bint is_by_hash, _Found found, int64_t took_us) noexcept:
        """As `tally.Tally` has it."""
        cdef _Counts *counts = &self.counts[is_by_hash]
        cdef int bucket = 0
        while bucket < _buckets and took_us >= _bounds_us[bucket]:
            bucket += 1
        (counts.found if found == _BODY else counts.unknown)[0] += 1
        counts.bucket[bucket][0] += 1
        counts.took[0] += took_us

    cdef int send(self, Connection to, _Answer *answer) except -1:
        """Sends what the socket takes at once, and leaves the rest to the transport, as `api.hot` does."""
        cdef iovec parts[2]
        cdef off_t start = answer.start
        cdef ssize_t sent, more = 0
        cdef int error = 0
        parts[0].iov_base, parts[0].iov_len = answer.head, answer.head_bytes
        parts[1].iov_base, parts[1].iov_len = <void *>answer.body, answer.body_bytes
        with nogil:
            if answer.pack < 0 or answer.body_bytes < _SENDFILE:
                sent = writev(to.descriptor, parts, 2)
            else:
                sent = c_send(to.descriptor, answer.head, answer.head_bytes, MSG_MORE | MSG_NOSIGNAL)
                if sent == <ssize_t>answer.head_bytes:
                    more = sendfile(to.descriptor, answer.pack, &start, answer.body_bytes)
            if sent < 0 or more < 0:
                error = errno
        if error != 0 and error != EAGAIN:
            to.is_ready = False
            to.protocol.transport.abort()
            return 0
        sent = max(sent, 0) + max(more, 0)
        if <uint64_t>sent < answer.head_bytes + answer.body_bytes:
            to.is_ready = False
            body = self.unknown_body if self.pack is None else self.pack.view[answer.start :][: answer.body_bytes]
            to.protocol.send_rest(answer.head[: answer.head_bytes], body, sent)
        return 0


cdef bint _is_sound(bytes raw, const uint8_t *entry) except -1:
    """Whether this is the entry of this digest."""
    cdef bytes checked = PyBytes_FromStringAndSize(NULL, PyBytes_GET_SIZE(raw) + _ENTRY - _CHECK)
    fg_put(_put(PyBytes_AS_STRING(checked), raw), <const char *>entry + _CHECK, _ENTRY - _CHECK)
    return <uint16_t>(<uint32_t>crc32(checked)) == fg_number(entry, _CHECK)


cdef int64_t _counted(_Terms terms, bint is_by_hash) noexcept:
    """Counts one lookup, as `quota.Meter` does; how many there are now. -1: to be looked at more carefully."""
    cdef int64_t used = -terms.numbers[_FLOOR]
    cdef int64_t column
    for column in range(min(terms.columns[0], _COLUMNS)):
        used += terms.numbers[_FIRST_COLUMN + column]
    if not is_by_hash:
        return max(used, -1)
    used += 1
    if used < 0 or used >= terms.limit - _CAREFUL:
        return -1
    terms.numbers[terms.own] += 1
    return used

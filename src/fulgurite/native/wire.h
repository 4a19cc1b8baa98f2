/* What fastpath.pyx reads and writes byte by byte. Numbers of the store are big-endian and not aligned. */
#ifndef FULGURITE_WIRE_H
#define FULGURITE_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Begins to bring what lies there from memory. */
static inline void fg_fetch(const uint8_t *at) { __builtin_prefetch(at); }

static inline uint64_t fg_number(const uint8_t *at, int bytes) {
    uint64_t number = 0;
    for (int place = 0; place < bytes; place++) number = number << 8 | at[place];
    return number;
}

/* The value of a hex digit, 255 for another character. */
static inline uint8_t fg_digit(uint8_t character) {
    uint8_t value = (uint8_t)(character - '0');
    if (value < 10) return value;
    value = (uint8_t)((character | 0x20) - 'a');
    return value < 6 ? (uint8_t)(value + 10) : 255;
}

/* Writes the bytes of so many hex digits, an even number; 0 where one of them is none. */
static inline int fg_raw(uint8_t *to, const uint8_t *text, ptrdiff_t digits) {
    uint8_t bad = 0;
    for (ptrdiff_t place = 0; place < digits; place += 2) {
        uint8_t high = fg_digit(text[place]), low = fg_digit(text[place + 1]);
        bad |= high | low;
        to[place / 2] = (uint8_t)(high << 4 | (low & 15));
    }
    return (bad & 0xF0) == 0;
}

/* These write to `to` and give where they ended. */
static inline char *fg_put(char *to, const char *piece, size_t size) {
    memcpy(to, piece, size);
    return to + size;
}

static inline char *fg_put_number(char *to, uint64_t number) {
    char digits[20];
    int first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return fg_put(to, digits + first, sizeof digits - (size_t)first);
}

static inline char *fg_put_hex(char *to, const uint8_t *raw, size_t size) {
    for (size_t place = 0; place < size; place++) {
        *to++ = "0123456789abcdef"[raw[place] >> 4];
        *to++ = "0123456789abcdef"[raw[place] & 15];
    }
    return to;
}

#endif

/* The C run-time's heap, strings, numbers, characters and far jumps. Each step leaves a mutex. */
#include <windows.h>
#include <ctype.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

static void ok(int holds, const char *what) {
    char name[64];
    sprintf(name, "%s_%s", holds ? "ok" : "bad", what);
    CreateMutexA(NULL, 0, name);
}

static jmp_buf far_away;
static void __attribute__((noinline)) jump(int n) { longjmp(far_away, n); }

static void heap(void) {
    char *volatile p = malloc(10);
    strcpy(p, "123456789");
    p = realloc(p, 100000);
    ok(strcmp(p, "123456789") == 0 && _msize(p) >= 100000, "realloc");
    p[99999] = 'x';
    ok(memchr(p, 'x', 100000) == p + 99999 && memchr(p, 'y', 9) == NULL, "memchr");
    free(p);
    int *volatile zeros = calloc(1000, sizeof(int));
    ok(zeros[0] == 0 && zeros[999] == 0, "calloc");
    free(zeros);
    void *volatile aligned = _aligned_malloc(100, 16);
    ok(((uintptr_t)aligned & 15) == 0, "aligned");
    _aligned_free(aligned);
}

static void strings(void) {
    char b[64], *rest = NULL;
    wchar_t w[64];
    ok(strcmp(strrchr("a/b/c", '/'), "/c") == 0 && wcschr(L"key=value", L'=')[1] == L'v', "chr");
    ok(strcspn("abc,def", ",;") == 3 && strspn("aab", "a") == 2 && *strpbrk("x:y", ":") == ':', "spans");
    strcpy(b, "one two  three");
    ok(strcmp(strtok(b, " "), "one") == 0 && strcmp(strtok(NULL, " "), "two") == 0 &&
           strcmp(strtok(NULL, " "), "three") == 0 && strtok(NULL, " ") == NULL, "strtok");
    char *copy = _strdup("Mixed Case");
    ok(strcmp(_strupr(copy), "MIXED CASE") == 0 && strcmp(_strlwr(copy), "mixed case") == 0 &&
           strcmp(_strrev(copy), "esac dexim") == 0, "cases");
    free(copy);
    wcscpy(w, L"wide");
    wcscat(w, L" text");
    ok(wcscmp(w, L"wide text") == 0 && _wcsicmp(w, L"WIDE TEXT") == 0 && wcsncmp(w, L"wider", 4) == 0, "wide");
    ok(strcmp("a", "b") < 0 && strcmp("b", "a") > 0 && _strnicmp("ABCx", "abcy", 3) == 0 && strcoll("q", "q") == 0, "order");
    strcpy(b, "head");
    strncat(b, "tail", 2);
    ok(strcmp(b, "headta") == 0, "strncat");
    ok(strtol("  -42rest", &rest, 10) == -42 && strcmp(rest, "rest") == 0 && strtoul("0xffz", &rest, 0) == 255 &&
           *rest == 'z' && strtol("99999999999", NULL, 10) == 0x7fffffff && atoi("17x") == 17, "numbers");
    ok(_strtoui64("18446744073709551615", NULL, 10) == 18446744073709551615ull && _atoi64("-5000000000") == -5000000000ll, "wide_numbers");
    ok(strcmp(_itoa(-255, b, 10), "-255") == 0 && strcmp(_ultoa(255, b, 16), "ff") == 0 &&
           strcmp(_i64toa(-5000000000ll, b, 10), "-5000000000") == 0, "itoa");
}

static void characters(void) {
    volatile int a = 'a', z = 'Z', d = '7', s = ' ', p = '!', big = 0x130;
    ok(isalpha(a) && isupper(z) && !isupper(a) && isdigit(d) && isspace(s) && ispunct(p) && isxdigit(d), "ctype");
    ok(toupper(a) == 'A' && tolower(z) == 'z' && towupper(a) == 'A' && iswalpha(big), "change");
}

static void jumps(void) {
    volatile int before = 5;
    int n = setjmp(far_away);
    if (n == 0) {
        before = 6;
        jump(9);
        ok(0, "after_jump");
    }
    ok(n == 9 && before == 6, "longjmp");
}

int main(void) {
    heap();
    strings();
    characters();
    jumps();
    abort();
}

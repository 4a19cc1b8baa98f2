/* What programs ask the C run-time beside files: dates, sorting, numbers, its start with wide characters.
   Each claim that does not hold makes a mutex named "wrong ..."; the last one is "done". */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <windows.h>

static void claim(const char *what, int holds) {
    char name[80];
    snprintf(name, sizeof name, "wrong %s", what);
    if (!holds) CreateMutexA(NULL, FALSE, name);
}

static int order(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

int wmain(int argc, wchar_t **argv) {
    int numbers[] = {5, 3, 1, 4, 2, 3}, four = 4, nine = 9, number;
    char text[100], word[20];
    wchar_t wide[20];
    claim("argv", argc == 1 && wcsstr(argv[0], L".exe") != NULL);
    qsort(numbers, 6, sizeof *numbers, order);
    claim("qsort", numbers[0] == 1 && numbers[2] == 3 && numbers[3] == 3 && numbers[5] == 5);
    claim("bsearch", bsearch(&four, numbers, 6, sizeof *numbers, order) == numbers + 4);
    claim("bsearch of nothing", bsearch(&nine, numbers, 6, sizeof *numbers, order) == NULL);
    time_t now = time(NULL);
    struct tm *parts = gmtime(&now);
    claim("gmtime", parts != NULL && parts->tm_year == 124 && parts->tm_wday == 4);
    strftime(text, sizeof text, "%Y-%m-%d %a", parts);
    claim("strftime", strcmp(text, "2024-05-02 Thu") == 0);
    claim("mktime", mktime(localtime(&now)) == now);
    claim("ctime", strstr(ctime(&now), "May 02") != NULL);
    claim("atof", atof("1.5x") == 1.5 && strtod("-2e3", NULL) == -2000.0);
    volatile double half = 0.5, three = 3.0;
    claim("math", fabs(sin(half) - 0.479425538) < 1e-8 && pow(three, 2.0) == 9.0 && ceil(half) == 1.0);
    claim("mbstowcs", mbstowcs(wide, "abc", 20) == 3 && wcscmp(wide, L"abc") == 0);
    FILE *file = fopen("C:\\Users\\Public\\scan.txt", "w+");
    fputs("5 x\nsecond\nc", file);
    fseek(file, 0, SEEK_SET);
    claim("fscanf", fscanf(file, "%d %19s", &number, word) == 2 && number == 5 && strcmp(word, "x") == 0);
    claim("rest of the line", fgets(text, sizeof text, file) != NULL && strcmp(text, "\n") == 0);
    claim("next line", fgets(text, sizeof text, file) != NULL && strcmp(text, "second\n") == 0);
    claim("last", fgetc(file) == 'c' && fgetc(file) == EOF && feof(file));
    fclose(file);
    CreateMutexA(NULL, FALSE, "done");
    return 0;
}

/* Files by the C run-time: streams, descriptors, names. */
#include "say.h"
#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(void)
{
    char text[600];
    wchar_t wide[64];
    struct stat facts;
    struct _finddata_t found;
    FILE *file = _wfopen(L"C:\\Users\\Public\\text.txt", L"w");
    fputs("line one\n", file);
    fputws(L"wide\n", file);
    fprintf(file, "%5.2f|%-6s|%06d|%llx|%S\n", 3.14159, "ab", 42, 0x123456789abcLL, L"w");
    fwrite("xyz", 1, 3, file);
    fputc('!', file);
    fclose(file);
    file = fopen("C:\\Users\\Public\\text.txt", "r");
    int lines = 0;
    while (fgets(text, sizeof text, file)) lines++;
    SAY("lines", "%d %d", lines, feof(file) != 0);
    rewind(file);
    int first = fgetc(file);
    ungetc(first, file);
    fread(text, 1, 4, file);
    SAY("start", "%c %.4s %ld", first, text, ftell(file));
    fclose(file);
    file = fopen("C:\\Users\\Public\\text.txt", "a+b");
    fwrite("\nEND\n", 1, 5, file);
    fseek(file, 0, SEEK_END);
    SAY("size", "%ld", ftell(file));
    fclose(file);
    file = fopen("C:\\nothing\\lost.txt", "r");
    SAY("lost", "%d %d", file == NULL, errno);

    int fd = _open("C:\\Users\\Public\\fd.bin", _O_CREAT | _O_RDWR | _O_BINARY | _O_TRUNC, _S_IWRITE);
    _write(fd, "12345", 5);
    _lseek(fd, 1, SEEK_SET);
    _read(fd, text, 3);
    SAY("descriptor", "%.3s %ld", text, _filelength(fd));
    file = _fdopen(fd, "r+b");
    SAY("same", "%d", _fileno(file) == fd);
    fclose(file);
    stat("C:\\Users\\Public\\fd.bin", &facts);
    SAY("stat", "%ld %d", (long)facts.st_size, (facts.st_mode & S_IFREG) != 0);
    SAY("access", "%d %d", _access("C:\\Windows", 0), _access("C:\\nothing", 0));
    _mkdir("C:\\Users\\Public\\dir");
    SAY("rename", "%d", rename("C:\\Users\\Public\\fd.bin", "C:\\Users\\Public\\dir\\fd2.bin"));
    SAY("full", "%d", _rmdir("C:\\Users\\Public\\dir"));
    SAY("remove", "%d", remove("C:\\Users\\Public\\dir\\fd2.bin"));
    SAY("rmdir", "%d", _rmdir("C:\\Users\\Public\\dir"));
    intptr_t list = _findfirst("C:\\Users\\*", &found);
    int names = 1;
    while (_findnext(list, &found) == 0) names++;
    SAY("names", "%d", names);
    _findclose(list);
    _chdir("C:\\Users\\Public");
    _getcwd(text, sizeof text);
    SAY("here", "%s", text);
    _snwprintf(wide, 64, L"%ls-%d", L"wide", 7);
    SAY("wide", "%d", lstrlenW(wide));
    SAY("cut", "%d %.3s", _snprintf(text, 3, "%s", "longer"), text);
    fclose(freopen("C:\\Users\\Public\\stdout.txt", "w", stdout));
    return told();
}

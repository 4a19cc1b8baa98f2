/* Runs other programs and reads what they say, as tools for building software do. */
#include <windows.h>
#include <stdio.h>

int main(void) {
    system("echo building");
    system("cmd /c ver");
    FILE *out = fopen("build.log", "w");
    if (out != NULL) { fputs("ok\n", out); fclose(out); }
    for (int i = 0; i < 30; i++) {
        char name[40], final[40];
        snprintf(name, sizeof name, "part%d.tmp", i);
        snprintf(final, sizeof final, "part%d.o", i);
        FILE *part = fopen(name, "wb");
        if (part == NULL) continue;
        fputs("object", part);
        fclose(part);
        MoveFileA(name, final);
    }
    for (int i = 0; i < 30; i++) {
        char name[40];
        snprintf(name, sizeof name, "part%d.o", i);
        DeleteFileA(name);
    }
    return 0;
}

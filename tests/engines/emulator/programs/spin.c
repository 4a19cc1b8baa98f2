/* Never ends and calls nothing. */
int main(void) { volatile unsigned n = 0; for (;;) n++; }

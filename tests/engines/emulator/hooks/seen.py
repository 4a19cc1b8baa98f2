"""The programs that several tests of hooks look at, with the libraries that they are linked to."""

ADMIN = ("admin.c", "-lpsapi", "-lshell32", "-ladvapi32")
"""What an administrator's program does; it exits with a number from 90 on when an answer is not as on Windows."""

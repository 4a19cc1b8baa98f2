"""The command: one file a verb. Fixed for scripts: `--data DIR`, the exit codes, and what goes to standard output."""

"""Windows programs under emulation: the engine that works straight after install.

From the outside in:

- the engine: `engine` (what the worker calls), `wire` and `job` (what it sends), `warm` (the process that forks one
  confined child a run), `child` (a run from header to end), `log` (what it writes), `profile` and guest.yml (every
  value that the guest shows);
- running a process: `session` (binds the hooks to Speakeasy), `images`, `shellcode`, `hosting` (EXE, DLL, driver,
  shellcode), `foreign` (code that another process put there), `running`, `threads`, `tracing`;
- mended in the emulator: `memory` (large images), `exceptions`, `unwinding`, `vectored` (SEH and C++ exceptions);
- the guest's state, shared by all its processes: `guest` holds `clock`, `processes`, `files`, `registry`, `objects`,
  `network`, `services`, `views`, `dropped` and the rest, each a module without APIs;
- its APIs: `call` (one call and the rows that bind names), and one module of rows an area below `hooks`;
- what Windows' own programs do when they are started (cmd.exe, reg.exe, sc.exe ...): `programs`.

A new API is a function and a row in the module of its area; a new piece of state is a module that `guest` holds.
"""

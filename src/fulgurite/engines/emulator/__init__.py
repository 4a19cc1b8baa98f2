"""Windows programs under emulation: the engine that works straight after install."""

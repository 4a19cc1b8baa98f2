"""Rules of capa over a run: read and matched by flare-capa itself, where it is installed (the extra `capa`)."""

from fulgurite.rules.capa.rules import NO_RULES, CapaFile, CapaRules, compiled

__all__ = ["NO_RULES", "CapaFile", "CapaRules", "compiled"]

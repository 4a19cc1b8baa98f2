"""Logs of Hatching's kernel monitors: onemon, stahp, bigmac and droidy as JSON lines, threemon as protobuf."""

from fulgurite.importers.kernel.lines import KernelLog
from fulgurite.importers.kernel.threemon import Threemon

__all__ = ["KernelLog", "Threemon"]

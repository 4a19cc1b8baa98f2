"""Exports: Report -> bytes. Pure; one module or folder a form."""

from fulgurite.exports import native, v4

__all__ = ["native", "v4"]

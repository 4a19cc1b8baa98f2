"""Reports of the Speakeasy emulator."""

from fulgurite.importers.speakeasy.formats import Speakeasy

__all__ = ["Speakeasy"]

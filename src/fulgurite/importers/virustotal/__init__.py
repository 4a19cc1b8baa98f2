"""Behaviour reports of VirusTotal v3."""

from fulgurite.importers.virustotal.formats import VirusTotal

__all__ = ["VirusTotal"]

"""Fulgurite: dynamic analysis of files, and the last analysis looked up by any hash."""

__version__ = "0.1.0"

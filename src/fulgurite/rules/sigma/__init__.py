"""Sigma rules, read by pySigma and compiled to the values that our own rules are: one matcher for both."""

from fulgurite.rules.sigma.collection import Compiled, compiled

__all__ = ["Compiled", "compiled"]

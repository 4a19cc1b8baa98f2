"""What the guest's APIs do: one module an area, each with its rows."""

from fulgurite.engines.emulator.call import Hook
from fulgurite.engines.emulator.hooks import handles

HOOKS: tuple[Hook, ...] = (*handles.HOOKS,)
"""All rows. An API stands in one row only; a test holds that."""

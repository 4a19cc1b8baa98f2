"""What Windows' own programs do: their effects on the guest, read from their command lines.

Their bytes are not modelled, so nothing is emulated here. A program that has no row is listed with its command line,
and has no effects.
"""

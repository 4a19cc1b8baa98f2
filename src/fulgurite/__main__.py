"""`python -m fulgurite`: the command, where its script is not on the path."""

from fulgurite.cli.main import run

run()

"""What is compiled, for speed only: everything in here is told by Python elsewhere, and works without this room."""

"""How the store stands growth."""

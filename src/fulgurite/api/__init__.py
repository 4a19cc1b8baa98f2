"""The v4 interface over HTTP: JSON in the shapes that clients of MetaDefender Cloud know."""

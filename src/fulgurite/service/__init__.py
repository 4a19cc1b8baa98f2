"""The use cases: submit, run, look up, import, keys. The only room that knows the store and the engines."""

"""What the interface is, in words and shapes: the tables that its OpenAPI document and its page are made from."""

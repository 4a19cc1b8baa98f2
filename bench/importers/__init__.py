"""What reading other sandboxes' reports costs."""

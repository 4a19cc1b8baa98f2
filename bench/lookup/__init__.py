"""What a lookup costs."""

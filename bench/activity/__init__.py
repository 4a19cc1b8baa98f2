"""What a report in parts costs."""

"""What the report page costs the browser."""

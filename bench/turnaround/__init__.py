"""From submission to finished report."""

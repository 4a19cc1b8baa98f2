"""A report as HTML: what pages and the single-file report share. Views are pure; templates stand beside them."""

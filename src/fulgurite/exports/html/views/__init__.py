"""What each part of a report page is told, made from the report: one module a part.

All text is still as the report has it. Every list is bounded and says how much it leaves out.
"""

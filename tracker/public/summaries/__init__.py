"""What the pages say, gathered from the published tables: counts with their denominators, and every number with the rows behind it.

A module a page. Each function takes the clocks (and filters) and gives plain values for a template. None of them writes, and each asks a
fixed number of questions.
"""

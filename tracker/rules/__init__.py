"""Decisions: dates, status, order, evidence, vocabulary.

Plain functions and values. Nothing here imports Django, reads a clock or does I/O: the day is passed in.
"""

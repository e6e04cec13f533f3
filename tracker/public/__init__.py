"""The public site and its API: editions in, pages and files out. GET and HEAD only; all state is in the address.

A request goes urls → views → filters → summaries or columns → templates or formats.
"""

"""Editions: what publishing writes and the public reads, in a PostgreSQL schema of their own."""

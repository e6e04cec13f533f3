"""The gate before Django."""

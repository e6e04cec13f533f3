"""Policy-recommendation tracker: what became of each recommendation, government by government, with the evidence."""

__version__ = "0.1.0"

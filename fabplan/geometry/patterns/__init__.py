"""Patterns of two nets in one plane: one module a pattern, each with ``TITLE`` and ``draw(frame)``."""

"""Typed records from ``process_recipes/``: materials, recipes, machines, facilities, dialects, devices."""

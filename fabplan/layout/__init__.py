"""Masks, marks, rules and toolpaths drawn from the bodies of a cell."""

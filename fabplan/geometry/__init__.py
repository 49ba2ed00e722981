"""Planar geometry in whole nanometres: regions as unit polygons times lattices, and bodies."""

"""Fabrication processes, one file each; found by listing, never by import side effects."""

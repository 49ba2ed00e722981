"""fabplan: from the wish for a micro lithium-ion battery to masks, toolpaths and recipe sheets."""

__version__ = "0.1.0"

"""From a wish to a plan: spec, route, size, verdict, plan."""

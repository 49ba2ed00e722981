"""The command line: parse, one library call, show. The only place that prints or exits."""

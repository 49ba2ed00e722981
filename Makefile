# Two commands: `make demo` plans the shipped printed cell, `make test` runs all tests.
# Both need Python 3.11 or newer with venv, and pip; nothing else.

VENV := .venv
SPEC := interdigital-3d-filament
OUT := out/demo

# The first interpreter that is new enough; name another one with `make PYTHON=...`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

.PHONY: demo test help clean

help:
	@echo "make demo   plan the shipped printed cell and say where its report is"
	@echo "make test   install what the tests need and run them all"
	@echo "make clean  remove the virtual environment and the demo's output"

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "fabplan needs Python 3.11 or newer: install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv is missing; on Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }

demo: $(VENV)/bin/python
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check .
	@$(VENV)/bin/fabplan plan $(SPEC) -o $(OUT) --force

test: $(VENV)/bin/python
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@$(VENV)/bin/python -m pytest -n 2 -q

clean:
	rm -rf $(VENV) $(OUT)

# make hil   set up, flash the simulated board, run the acceptance suite on it
# make test  set up, run the project's own tests (Python and C++)
# Everything that is built lies in .venv/ and build/, everything written in out/.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup hil test bench lint format clean

help:
	@grep -hE '^# make' $(MAKEFILE_LIST) | cut -c3-

setup: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "camhil needs Python 3.10 or newer: make PYTHON=python3.x" >&2; exit 4; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

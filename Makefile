# make hil         set up, flash the simulated board, run the acceptance suite on it
# make test        set up, run the project's own tests (Python and C++)
# make bench       measure the simulated board against the stated limits
# make firmware    build the firmware for a chip with ESP-IDF (TARGET=esp32 or esp32s3)
# make faults      prove the suite on seeded faults, write docs/faults.md
# make mutants     the suite under random mutants of the firmware (N=200 SEED=7 FILES=cam.cpp JOBS=2)
# make damage      the same under random damage of kernels, weights, arena, line, clock (FILES=kernel)
# make mutants-ci  the same twelve each time, for every change
# make test-model  train, convert and rebuild with TensorFlow (own environment)
# make docs        the documentation as a site, in out/site; a warning is an error
# make dist        wheel and sdist in dist/, checked (TAG=v1.2.3: as for that release)
# make lint        ruff, mypy, import-linter, clang-format
# make format      let ruff and clang-format rewrite
# make clean       remove everything that was built or written
#
# BOARD=/dev/ttyUSB0 FIRMWARE=path/to/build make hil   the same on a real board
# GATES=my-gates.toml                                  other limits, or none: GATES=
# ARGS="-k location"                                   more arguments for pytest
# ARGS="-n 0 --pdb" make test                          in one process, not one for each core
#
# make itself ends with 2 whenever something is wrong; the last line before says what, with the
# exit code of pytest or hil. Where the code matters, as in CI, call these.

PYTHON   ?= python3
BOARD    ?= sim
FIRMWARE ?=
GATES    ?= gates.toml
TARGET   ?= esp32
ARGS     ?=

VENV        := .venv
BIN         := $(VENV)/bin
READY       := $(VENV)/.ready
MODEL_VENV  := .venv-model
MODEL_READY := $(MODEL_VENV)/.ready
SUITE        = --board "$(BOARD)" $(if $(FIRMWARE),--firmware "$(FIRMWARE)") \
  $(if $(GATES),--gates "$(GATES)") --junitxml=out/junit.xml --facts=out/facts.jsonl \
  --html=out/report.html --self-contained-html
MUTANTS      = --number "$(or $(N),200)" --jobs "$(or $(JOBS),2)" $(if $(SEED),--seed "$(SEED)")
CXX_FILES    = $(shell git ls-files 'firmware/*.h' 'firmware/*.cpp' | grep -v -e /generated/ -e /third_party/)

# Hundreds of short Python processes follow: what they import is compiled once.
unexport PYTHONDONTWRITEBYTECODE

# Runs $(2) and says last what its exit code means: make itself ends with 2 for all of them.
run = @code=0; $(2) || code=$$?; $(BIN)/python -m hil.base.exit_codes "make $(1)" $$code

# One more than there are cores, at most 5: many tests wait for a clock, not for a processor.
WORKERS = $(shell $(BIN)/python -c 'import os; print(min((os.cpu_count() or 1) + 1, 5))')

.DEFAULT_GOAL := help
.PHONY: help setup hil test bench firmware faults mutants damage mutants-ci setup-model test-model docs dist lint format clean

help:
	@sed -n 's/^# \{0,1\}//p;/^$$/q' Makefile

setup: $(READY)

$(READY): pyproject.toml lab/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "camhil needs Python 3.10 or newer. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 4; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "$(PYTHON) has no venv module. Try: sudo apt install python3-venv" >&2; exit 4; }
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' -e ./lab
	@touch $@

hil: $(READY)
	@mkdir -p out
	$(call run,hil,$(BIN)/python -m pytest hil/suite $(SUITE) $(ARGS))

test: $(READY)
	@$(BIN)/python -m pytest tests -n $(WORKERS) --dist worksteal $(ARGS)

bench: $(READY)
	@$(BIN)/python -m benchmarks $(ARGS)

firmware: $(READY)
	$(call run,firmware,$(BIN)/hil build --target "$(TARGET)" $(ARGS))

# FAULTS=ci: one of each area; FAULTS="a b": these.
faults: $(READY)
	$(call run,faults,$(BIN)/python -m hil_lab.faults $(or $(FAULTS),all --write docs/faults.md))

# Without SEED fresh ones each time; with it goes on where it ended. ARGS="--suite '-k location'".
mutants: $(READY)
	$(call run,mutants,$(BIN)/python -m hil_lab.mutants $(FILES) $(MUTANTS) $(ARGS))

damage: $(READY)
	$(call run,damage,$(BIN)/python -m hil_lab.mutants --damage $(FILES) $(MUTANTS) $(ARGS))

mutants-ci: $(READY)
	$(call run,mutants-ci,$(BIN)/python -m hil_lab.mutants --ci --min-caught 40 $(ARGS))

setup-model: $(MODEL_READY)

$(MODEL_READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Keras needs Python 3.11 or newer. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 4; }
	@test -x $(MODEL_VENV)/bin/python || $(PYTHON) -m venv $(MODEL_VENV)
	@$(MODEL_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[model]' hypothesis pytest-xdist
	@touch $@

test-model: $(MODEL_READY)
	@$(MODEL_VENV)/bin/python -m pytest tests/model -m model -n 2 --dist loadfile $(ARGS)

docs: $(READY)
	@$(BIN)/python docs/site

# The notes of a release are what CHANGELOG.md says of it.
dist: $(READY)
	@rm -rf dist && mkdir -p out
	@$(BIN)/python -m build --no-isolation --outdir dist .
	@$(BIN)/python -m twine check --strict dist/*
	@$(BIN)/python -m release.check dist $(if $(TAG),--tag "$(TAG)" --notes out/notes.md)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@found=$$($(BIN)/lint-imports --no-cache --no-logo) || { echo "$$found"; exit 1; }
	@$(BIN)/clang-format --dry-run -Werror $(CXX_FILES)

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/clang-format -i $(CXX_FILES)

clean:
	rm -rf build out dist $(VENV) $(MODEL_VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .cache
	cd firmware/esp32 && rm -rf build managed_components dependencies.lock sdkconfig sdkconfig.old

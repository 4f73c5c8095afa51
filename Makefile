# Two commands do everything on a fresh Debian 12: `make demo` and `make test`.
# Each prepares the machine first (.ci/prepare: quick and silent the second time).

SHELL := /bin/bash
ARGS ?=
BIN := .venv/bin
PYTEST := $(BIN)/pytest -q -p no:cacheprovider --durations=12 --durations-min=10
NO_ASTERISK := not live and not fault and not browser
# takes seconds to collect: left out where none of its tests is run
NO_FUZZ := --ignore tests/console/test_hostile.py

# Set in many containers; then every daemon a test starts compiles all of us anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: prepare web demo test test-long test-fast check format pictures contract audit release clean

prepare:
	@.ci/prepare

web:
	@.ci/web

demo: prepare
	@$(BIN)/hotline demo $(ARGS)

# one sample for everybody, so that a red run is the change's; another: make test HOTLINE_SEED=…, all of it: make test-long
test: export HOTLINE_SEED ?= 281744
test: check
	@.ci/suite

# everything that `make test` leaves out or samples; pieces of it: make test-long ARGS=tests/faults
test-long: export HOTLINE_LONG = 1
test-long:
	@.ci/prepare long
	@.ci/suite $(ARGS)

# those of the documents; every page in every state, for eyes: make pictures ALL=FOLDER
pictures: prepare
ifdef ALL
	@HOTLINE_ALL_PICTURES=$(abspath $(ALL)) $(PYTEST) tests/browser/test_every_picture.py
else
	@HOTLINE_PICTURES=docs/pictures $(PYTEST) tests/browser/test_pictures.py
endif

test-fast: prepare
	@$(PYTEST) -n 2 --ignore tests/browser $(NO_FUZZ) -m "$(NO_ASTERISK) and not postgres and not slow"

check: prepare
	@.ci/check

format: prepare
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

contract: prepare
	@$(BIN)/python -m hotline.verbs.contract_ts

# what is known against what we stand on; no part of the tests, because it asks others
audit: prepare
	@.ci/audit

# one archive that runs where it is unpacked, source, bills of materials (CycloneDX), what is known of them: var/release/
release: prepare
	@.ci/release $(ARGS)

clean:
	@rm -rf .venv var *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Each target sets up .venv first, from hash-pinned files; nothing outside this folder is written but caches.
# Needs a Python of 3.11 or later; choose one with: make PYTHON=/usr/bin/python3.12 test

PYTHON ?=
EXTRAS ?=
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help demo test slow lint docs bench gpu wheel sbom offline pins

help:
	@echo "make demo    what a general account can lose in ten days, and why, with bundled data"
	@echo "make test    every quick test"
	@echo "make slow    the tests that take minutes"
	@echo "make lint    ruff and mypy --strict"
	@echo "make docs    the documents as pages, into docs/_build/html"
	@echo "make bench   timings on this machine, beside numpy, QuantLib and others"
	@echo "make gpu     on a machine with an NVIDIA GPU: bits, builds and timings in 15 minutes, into bench/results/"
	@echo "make wheel   build the wheel into dist/, with its kernels compiled for this system and Python"
	@echo "make sbom    list the parts of an installation, dist/sbom.cdx.json (CycloneDX); EXTRAS=report,dask"
	@echo "make offline the wheel and all that it needs, dist/offline/, for a machine without network; EXTRAS=report,dask"
	@echo "make pins    resolve the requirement files anew (needs uv)"

demo: $(VENV)/run.stamp
	@$(BIN)/unwind demo

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile

slow: $(VENV)/test.stamp
	$(BIN)/python -m pytest -q -m slow

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A notebook that fails, a link that leads nowhere or a page without a door ends it.
docs: $(VENV)/test.stamp
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -b html docs docs/_build/html

bench: $(VENV)/run.stamp
	@$(BIN)/unwind bench

# Where there is no .venv this takes the Python that is there: a machine with a GPU often has no network. The result goes
# to bench/results/, and to the folder OUT where that is set.
gpu:
	@$(if $(wildcard $(BIN)/python),$(BIN)/python,$(or $(PYTHON),python3)) -m bench.gpu $(if $(OUT),--out $(OUT))

# Both precisions, for every level of x86-64 that this machine has; on ARM for this processor alone.
wheel: $(VENV)/run.stamp
	rm -rf build/kernels
	$(BIN)/unwind warm --processor all --ship build/kernels
	UNWIND_SHIPPED=$(CURDIR)/build/kernels $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation -w dist .

sbom: $(VENV)/run.stamp
	@mkdir -p dist
	$(BIN)/python .ci/sbom.py $(EXTRAS) > dist/sbom.cdx.json

# For machines of this one's system and Python.
offline: wheel
	@mkdir -p dist/offline
	$(BIN)/python .ci/pins.py $(EXTRAS) > dist/offline/requirements.txt
	cd dist/offline && $(CURDIR)/$(BIN)/python -m pip download --quiet --disable-pip-version-check --require-hashes \
		-r requirements.txt -d .
	cp dist/unwind_risk-*.whl dist/offline/

$(VENV)/run.stamp: requirements.txt pyproject.toml | $(BIN)/python
	@$(call install,requirements.txt)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: requirements-test.txt $(VENV)/run.stamp
	@$(call install,requirements-test.txt)
	@touch $@

define install
echo "installing the packages of $(1) into $(VENV)" >&2; \
if command -v uv >/dev/null 2>&1; then \
	uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) && exit 0; \
	echo "uv could not install them; trying pip" >&2; \
fi; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
endef

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
		echo "making $(VENV) with $$("$$python" --version)" >&2; \
		"$$python" -m venv $(VENV) && exit 0; \
		echo "error: $$python could not make $(VENV); it may lack the venv module (python3-venv)" >&2; exit 1; \
	done; \
	echo "error: no Python of 3.11 or later on PATH; install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1

COMPILE := uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header pyproject.toml
UNIVERSAL := --universal --python-version 3.11
# The floors run the tests only: no linters, no stubs, no browser.
UNTESTED := mypy mypy-extensions ruff pandas-stubs scipy-stubs optype types-pytz playwright greenlet pyee axe-playwright-python
OPTIONAL := --extra store --extra dask --extra plot --extra report --extra serve

pins:
	$(COMPILE) $(UNIVERSAL) --no-annotate --group build $(OPTIONAL) --extra test --extra docs -o requirements-test.txt
	$(COMPILE) $(UNIVERSAL) --no-annotate --group build --constraint requirements-test.txt -o requirements.txt
	$(COMPILE) $(UNIVERSAL) --annotation-style line --group build $(OPTIONAL) --extra cuda12 --extra cuda13 \
		--constraint requirements-test.txt -o requirements-extras.txt
	$(COMPILE) $(UNIVERSAL) --no-annotate --resolution lowest-direct $(OPTIONAL) --extra test \
		$(addprefix --no-emit-package ,$(UNTESTED)) -o requirements-floors.txt

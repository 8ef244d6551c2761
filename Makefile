# hrbot: make venv | demo | test | check   (Python >= 3.11 with pip and venv is all that is needed)
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8080

.PHONY: venv demo test check lock clean

venv: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: venv
	$(BIN)/hrbot demo --port $(PORT)

test: venv
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Pins every dependency with its hashes; the file names no download address.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --no-annotate --python-version 3.11 pyproject.toml --group dev --output-file requirements.lock

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# Every target builds what it needs in .venv, from a clean clone.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test soak bench bench-quick check clean

.venv/installed: pyproject.toml
	test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

demo: .venv/installed
	$(BIN)/embedsmith demo

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: .venv/installed check
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

soak: .venv/installed
	EMBEDSMITH_SOAK_SECONDS=600 EMBEDSMITH_KILLS=20 $(BIN)/python -m pytest tests/acceptance/test_soak.py tests/acceptance/test_kill.py

bench: .venv/installed
	$(BIN)/python -m bench

bench-quick: .venv/installed
	$(BIN)/python -m bench --quick

clean:
	rm -rf .venv build *.egg-info

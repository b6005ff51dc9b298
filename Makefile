# Two commands do all the set-up: `make app` opens the app, `make test` checks everything.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: app test quick lint browser clean

app: .venv/.app
	$(BIN)/python -m streamlit run app.py

test: lint browser
	$(BIN)/python -m pytest

quick: lint
	$(BIN)/python -m pytest -m "not slow"

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

browser: .venv/.test
	$(BIN)/python -m tests.browser

.venv/.app: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

.venv/.test: requirements.txt tests/requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -r tests/requirements.txt
	touch $@ .venv/.app

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

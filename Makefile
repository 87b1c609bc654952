# What a person types. Everything below needs python3 (3.11 or newer) and its venv module, nothing else.
# -S where it is run often: what others have installed beside it is not looked at.
PYTHON ?= python3
BIN := .venv/bin
# Where this is set, as in many containers, every process that slashdock or a test starts would compile all of the source.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test lint docs bench profile faults fuzz wheels image lock clean
.DEFAULT_GOAL := run

run: ## set up what is missing and start slashdock
	@$(PYTHON) -S scripts/run.py

test: .dev ## the whole suite, on a real engine; ARGS="-k ps" picks
	@$(PYTHON) scripts/debian.py
	@$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS)

lint: .dev ## ruff, mypy, import-linter
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/mypy --no-error-summary scripts
	@$(BIN)/lint-imports >.run/imports.log || { cat .run/imports.log; exit 1; }

docs: .dev ## write the generated pages anew
	@$(BIN)/python scripts/docs.py

bench: .dev ## measure beside docker and others, 20 minutes, and write docs/performance.md; QUICK=1 a little of each
	@$(BIN)/python -m bench

profile: .dev ## where the time of one line goes, step by step; VERB="ps -a" is which
	@$(BIN)/python -m bench.profile $(if $(VERB),"$$VERB")

faults: .dev ## break everything that can break, a row each; ROWS="disk Slack" picks, KILLS=50 instead of 1000
	@$(PYTHON) scripts/debian.py faults
	@$(BIN)/python -m faults $(ROWS)

fuzz: .dev ## inputs nobody thought of, for MINUTES=10 in all, or seconds with QUICK=1; ARGS="grammar http" picks
	@$(PYTHON) scripts/environment.py requirements-fuzz.lock
	@PYTHONPATH=tests:tests/slack $(BIN)/python -m fuzz $(if $(QUICK),0.5,$(MINUTES)) $(ARGS)
MINUTES ?= 10

wheels: ## fetch the locked packages into .run/wheels, so that an image can be built without a network
	@$(PYTHON) scripts/environment.py requirements.lock
	@rm -rf .run/wheels
	@for version in $(PYTHONS); do $(BIN)/python -m pip download -q --require-hashes --no-deps --only-binary=:all: \
	  --python-version $$version -r requirements.lock -d .run/wheels || exit 1; done
PYTHONS := 3.11 3.12 3.13 3.14

image: wheels ## build the container image; BASE=NAME builds on another one
	@docker build -q -t slashdock $(if $(BASE),--build-arg BASE=$(BASE)) .

lock: ## resolve the newest allowed versions into the locks (needs uv)
	@uv pip compile -q --upgrade $(LOCK) -o requirements.lock pyproject.toml
	@uv pip compile -q --upgrade $(LOCK) -c requirements.lock --extra dev -o requirements-dev.lock pyproject.toml
	@uv pip compile -q --upgrade $(LOCK) -o requirements-fuzz.lock --group fuzz
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

clean: ## stop the project's own engine; remove it, its data and the virtual environment
	@$(PYTHON) scripts/clean.py

.PHONY: .dev
.dev:
	@$(PYTHON) -S scripts/environment.py requirements-dev.lock

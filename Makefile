# make bench    set up, run suites/quickstart.yaml and say where the report is
# make test     set up, run all tests; the last lines say what was left out, and how to get it
# make quick    set up, run the main rules of each package, within a minute
# make check    format, lint and types (make types: these alone)
# make system-packages   as root on Debian: the Chromium and the pdflatex that some tests use
# make benchmarks   measure speed against a hand-written loop (minutes; decides nothing)
# make picture      draw the picture of the README from reports/quickstart

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PLUGINS := $(sort $(dir $(wildcard plugins/*/pyproject.toml)))
INSTALLED := $(VENV)/installed
# What tests lean on is typed as the package is; the tests themselves take fixtures, which come untyped.
HELPERS := $(foreach file,$(wildcard conftest.py suites/*.py tests/*.py tests/*/*.py),$(if $(filter test_%,$(notdir $(file))),,$(file)))
# A process more than there are cores, since tests of clusters and limits mostly wait; eight at most. Compiled
# files are kept: hundreds of processes would compile the same ones.
WORKERS := $(shell n=$$(nproc 2>/dev/null || sysctl -n hw.ncpu); echo $$(( n < 8 ? n + 1 : 8 )))
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.PHONY: bench test quick check types system-packages benchmarks picture install clean

bench: install
	$(BIN)/bench run suites/quickstart.yaml

test: install
	$(PYTEST)

quick: install
	$(PYTEST) -m quick

system-packages:
	bash .ci/system-packages

check: types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: install
	$(BIN)/mypy oversample_bench $(HELPERS) $(foreach plugin,$(PLUGINS),$(filter-out %.egg-info,$(wildcard $(plugin)oversample_bench_*)))

benchmarks: install
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only --benchmark-disable-gc -p no:xdist

picture: install
	$(BIN)/python -c "from io import StringIO; from pathlib import Path; from rich.console import Console; \
	from oversample_bench.analysis.results_file import read; \
	from oversample_bench.report.console_answer import answer; folder = Path('reports/quickstart'); \
	console = Console(record=True, width=110, file=StringIO()); \
	[console.print(part) for part in answer(read(folder / 'trials.parquet'), 'mcc', console)]; \
	console.save_svg(str(folder / 'answer.svg'), title='bench run suites/quickstart.yaml')"

install: $(INSTALLED)

# pip, not uv: the pinned torch must come as a CPU build where one is offered. The build tools come first, so
# that an editable install needs no second download of them. smote-variants declares TensorFlow, Keras and MKL,
# several gigabytes that one of its 91 samplers uses; what the others import is named here.
$(INSTALLED): pyproject.toml constraints.txt $(wildcard plugins/*/pyproject.toml) Makefile
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --upgrade pip setuptools wheel
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-build-isolation \
		-e ".[test]" $(foreach plugin,$(PLUGINS),-e $(plugin)) minisom metric-learn seaborn
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps smote-variants
	touch $(INSTALLED)

clean:
	rm -rf $(VENV) build *.egg-info plugins/*/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

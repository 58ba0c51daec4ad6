# make run     set up once, then open the window          make test    set up once, then check and test, headless
# make gallery render every view to build/gallery          make bench   print ratios against peers
.PHONY: run test check suite gallery bench lock clean
PYTHON_IN := .venv/bin/python
ARGUMENTS ?=

run:
	@./bootstrap.sh requirements.lock
	@$(PYTHON_IN) main.py $(ARGUMENTS)

test: check suite

check:
	@./bootstrap.sh requirements-test.lock
	$(PYTHON_IN) -m ruff check .
	$(PYTHON_IN) -m ruff format --check .
	$(PYTHON_IN) -m mypy

suite:
	@./bootstrap.sh requirements-test.lock
	QT_QPA_PLATFORM=offscreen $(PYTHON_IN) -m pytest -n 2 $(ARGUMENTS)

gallery:
	@./bootstrap.sh requirements-test.lock
	QT_QPA_PLATFORM=offscreen $(PYTHON_IN) -m tests.gallery.render $(ARGUMENTS)

bench:
	@./bootstrap.sh requirements-test.lock
	$(PYTHON_IN) -m benchmarks $(ARGUMENTS)

lock:
	rm -rf build/lock && python3 -m venv build/lock
	build/lock/bin/pip install --quiet torch==2.13.0 -e .
	build/lock/bin/pip freeze --exclude-editable

clean:
	rm -rf build .mypy_cache .ruff_cache .pytest_cache

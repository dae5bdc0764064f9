# Two commands: `make demo` shows the whole system, `make test` proves it. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := mosquitto fonts-noto-cjk

.PHONY: demo test unit device-versions system lint bench setup packages clean

demo: setup
	$(BIN)/python -m kiosk demo

test: lint unit device-versions system

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: setup
	$(BIN)/pytest

system: setup
	$(BIN)/pytest -m system

# The unit tests with the libraries of the device's Debian, on its Python where there is one.
DEVICE_PYTHON := $(shell python3.13 -c 'print("python3.13")' 2>/dev/null || echo $(PYTHON))
device-versions: packages .venv-device/.ready
	.venv-device/bin/pytest -q

.venv-device/.ready: pyproject.toml requirements-device.txt
	$(DEVICE_PYTHON) -m venv .venv-device
	@echo "Installing the device's versions …"
	.venv-device/bin/pip install -q --disable-pip-version-check -c requirements-device.txt -e '.[device,central,development]'
	touch $@

bench: setup
	$(BIN)/python -m tests.bench

setup: packages $(VENV)/.ready

# The broker and the Chinese fonts come from the system.
packages:
	@missing=""; \
	command -v mosquitto >/dev/null 2>&1 || test -x /usr/sbin/mosquitto || missing="$$missing mosquitto"; \
	ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc >/dev/null 2>&1 || missing="$$missing fonts-noto-cjk"; \
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing$$missing"; \
	    apt-get -o DPkg::Lock::Timeout=300 update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else \
	    echo "Missing system packages. Please run, then try again:"; \
	    echo "    sudo apt-get install --no-install-recommends$$missing"; exit 1; \
	  fi; \
	fi

$(VENV)/.ready: pyproject.toml requirements-lock.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages (a minute or two) …"
	$(BIN)/pip install -q --disable-pip-version-check -c requirements-lock.txt -e '.[device,central,development]'
	touch $@

clean:
	rm -rf $(VENV) .venv-device .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

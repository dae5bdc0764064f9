# Two commands: `make demo` shows the whole system, `make test` proves it. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := mosquitto fonts-noto-cjk xfonts-wqy fonts-unifont

# Where Python is told to keep no bytecode, every process of the tests would compile every module again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo image image-ci image-packages image-test test unit device-versions system lint bench pictures properties setup packages test-packages clean

demo: setup
	$(BIN)/python -m kiosk demo

test: test-packages lint unit device-versions system

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: setup
	$(BIN)/pytest -n auto --dist worksteal

# Three files at a time: most of the tests wait, for a broker, a picture, a second kill.
SYSTEM_WORKERS ?= 3
system: setup test-packages
	$(BIN)/pytest -m system -n $(SYSTEM_WORKERS) --dist loadfile

# The unit tests with the libraries of the device's Debian, on its Python where there is one. The rules of layout,
# tried with a font that is none, are left out; the pictures drawn by them are not.
DEVICE_PYTHON := $(shell python3.13 -c 'print("python3.13")' 2>/dev/null || echo $(PYTHON))
device-versions: packages .venv-device/.ready
	.venv-device/bin/pytest -q -n auto --dist worksteal -m 'not system and not image and not rules'

.venv-device/.ready: pyproject.toml requirements-device.txt
	$(DEVICE_PYTHON) -m venv .venv-device
	@echo "Installing the device's versions …"
	.venv-device/bin/pip install -q --disable-pip-version-check -c requirements-device.txt -e '.[device,central,provisioning,development]'
	touch $@

# The SD card's image, in .image/: the first time half an hour, then under a minute after a change of our code.
# The results of its steps are kept outside the source, so that another clone on this machine finds them.
export IMAGE_CACHE ?=
IMAGE_OUT ?= .image
image: setup image-packages
	$(BIN)/python -m provisioning image $(if $(IMAGE_CACHE),--cache $(IMAGE_CACHE)) --out $(IMAGE_OUT)

# That very image booted in QEMU, its picture compared with `kiosk render`, its power cut POWER_CUTS times.
# A boot takes two to five minutes under emulation, so twenty cuts take an hour or two.
POWER_CUTS ?= 3
image-test: image
	IMAGE_OUT=$(IMAGE_OUT) POWER_CUTS=$(POWER_CUTS) $(BIN)/pytest -m image -s tests/system/test_image.py

# What CI does: builds from what the cache has and boots once, in IMAGE_SECONDS at most. Where that is too little for
# a first build, no image can be built here, or Debian's archive does not answer, it says so and tries no more.
IMAGE_SECONDS ?= 3000
image-ci: setup
	-@$(MAKE) image-packages
	$(BIN)/python -m tests.system.image_ci --seconds $(IMAGE_SECONDS) --out $(IMAGE_OUT)

bench: setup
	$(BIN)/python -m tests.bench

# The picture's properties with a hundred times as many examples, other ones each time: a quarter of an hour.
properties: setup
	PROPERTIES=thorough $(BIN)/pytest -q tests/test_properties_*.py tests/test_scene.py tests/test_led_*.py

# Every kind of page on every kind of display, to be looked at: .pictures/index.html
pictures: setup
	@PYGAME_HIDE_SUPPORT_PROMPT=1 $(BIN)/python -m tests.pictures

setup: packages $(VENV)/.ready

# Installs the Debian packages that a recipe has put into $$missing, or prints the line that does.
define INSTALL_MISSING
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
endef

# The broker and the Chinese fonts come from the system.
packages:
	@missing=""; \
	command -v mosquitto >/dev/null 2>&1 || test -x /usr/sbin/mosquitto || missing="$$missing mosquitto"; \
	ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc >/dev/null 2>&1 || missing="$$missing fonts-noto-cjk"; \
	ls /usr/share/fonts/X11/misc/wenquanyi_12pt.pcf* >/dev/null 2>&1 || missing="$$missing xfonts-wqy"; \
	ls /usr/share/fonts/opentype/unifont/unifont.otf >/dev/null 2>&1 || missing="$$missing fonts-unifont"; \
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || missing="$$missing python3-venv"; \
	$(INSTALL_MISSING)

# What the tests need beside that: without it they would skip or fail.
test-packages: packages
	@missing=""; \
	ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$$missing postgresql"; \
	ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || missing="$$missing faketime"; \
	command -v mcopy >/dev/null 2>&1 || missing="$$missing mtools"; \
	ls /sbin/mkfs.vfat >/dev/null 2>&1 || missing="$$missing dosfstools"; \
	ls /sbin/mkfs.ext4 >/dev/null 2>&1 || missing="$$missing e2fsprogs"; \
	ls /sbin/sfdisk >/dev/null 2>&1 || missing="$$missing fdisk"; \
	ls /sbin/losetup >/dev/null 2>&1 || missing="$$missing mount"; \
	command -v zstd >/dev/null 2>&1 || missing="$$missing zstd"; \
	command -v xz >/dev/null 2>&1 || missing="$$missing xz-utils"; \
	command -v cpio >/dev/null 2>&1 || missing="$$missing cpio"; \
	$(INSTALL_MISSING)

# What builds the image: arm64 programs run emulated. QEMU's machine, for the test, is a step of the build.
image-packages: packages test-packages
	@missing=""; \
	command -v mmdebstrap >/dev/null 2>&1 || missing="$$missing mmdebstrap"; \
	command -v arch-test >/dev/null 2>&1 || missing="$$missing arch-test"; \
	command -v qemu-aarch64-static >/dev/null 2>&1 || missing="$$missing qemu-user-static"; \
	command -v mksquashfs >/dev/null 2>&1 || missing="$$missing squashfs-tools"; \
	command -v bmaptool >/dev/null 2>&1 || missing="$$missing bmap-tools"; \
	command -v git >/dev/null 2>&1 || missing="$$missing git"; \
	$(INSTALL_MISSING)

$(VENV)/.ready: pyproject.toml requirements-lock.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages (a minute or two) …"
	$(BIN)/pip install -q --disable-pip-version-check -c requirements-lock.txt -e '.[device,central,provisioning,development]'
	touch $@

clean:
	rm -rf $(VENV) .venv-device .demo .pictures .image .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

# `make demo` and `make test` are the two commands that matter; `make help` lists all.
#
# Every step is quiet unless it fails (logs: build/logs) and is skipped when nothing it needs has changed.

SHELL := /bin/bash
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PREFIX ?= /usr/local
LIBDIR ?= $(abspath $(PREFIX))/lib
DATA ?=
MODEL ?=
PEERS ?=
ONLY ?=
THREADS ?=
ROUNDS ?=
WRITE ?=

STAMPS := build/stamps
LOGS := build/logs
LIB := build/lib
PYTHON_IN_VENV := .venv/bin/python
quietly = scripts/quietly.sh $(LOGS)/$(1).log

# ---------------------------------------------------------------- what there is to build

# Everything that the library is made from; a change of any of it, and only that, calls swift.
SOURCES := Package.swift scripts/exports.map $(shell find Sources include)
SONAME := libwingbeat.so.0

# x86-64 is built twice; the dynamic loader and the Python package pick the second on processors with AVX-512. The
# linker notes the level in each file, so that the loader refuses an older processor with a sentence (GNU ld alone can
# do that).
ifeq ($(shell uname -m),x86_64)
WIDE_LIBRARY := $(LIB)/glibc-hwcaps/x86-64-v4/$(SONAME)
BASE_FLAGS := -Xcc -march=x86-64-v3 -Xlinker -z -Xlinker x86-64-v3
WIDE_FLAGS := -Xcc -march=x86-64-v4 -Xlinker -z -Xlinker x86-64-v4
TEST_FLAGS := -Xcc -march=$(if $(shell grep -ow -m 1 avx512vl /proc/cpuinfo),x86-64-v4,x86-64-v3)
endif

# No Swift at run time, nothing exported but wb_*, no undefined symbol, no dead code. Once loaded it stays, as its
# threads run its code.
RELEASE_FLAGS := -c release --product wingbeat -Xswiftc -static-stdlib -Xswiftc -use-ld=bfd \
    -Xlinker --version-script=$(CURDIR)/scripts/exports.map -Xlinker -soname -Xlinker $(SONAME) \
    -Xlinker --gc-sections -Xlinker -z -Xlinker defs -Xlinker -z -Xlinker nodelete -Xlinker -s

.PHONY: build test demo docs bench install asan valgrind clean help

# ---------------------------------------------------------------- make build

build: libraries .venv/.ready

# One beside the other: a compiler that sees a whole module takes one processor.
.PHONY: libraries each-library
libraries:
	@$(MAKE) -j2 each-library
each-library: $(LIB)/$(SONAME) $(WIDE_LIBRARY)
	@:

$(LIB)/$(SONAME): $(SOURCES) | $(STAMPS)/packages-build
	@$(call quietly,swift-base) "Building the library" env WINGBEAT_TRUST_KERNELS=1 \
	    swift build --scratch-path .build/base $(RELEASE_FLAGS) $(BASE_FLAGS)
	@install -D -m 755 .build/base/release/libwingbeat.so $@
	@ln -sfn $(SONAME) $(LIB)/libwingbeat.so

$(WIDE_LIBRARY): $(SOURCES) | $(STAMPS)/packages-build
	@$(call quietly,swift-wide) "Building the library for processors with AVX-512" env WINGBEAT_TRUST_KERNELS=1 \
	    swift build --scratch-path .build/wide $(RELEASE_FLAGS) $(WIDE_FLAGS)
	@install -D -m 755 .build/wide/release/libwingbeat.so $@

# g++ for the C++ runtime library that Swift's needs.
$(STAMPS)/packages-build: scripts/system-packages.sh
	@scripts/check-swift.sh
	@scripts/system-packages.sh g++ libhdf5-dev
	@scripts/system-packages.sh --if-possible libdeflate0
	@scripts/system-packages.sh --if-possible libopenblas0
	@mkdir -p $(@D) && touch $@

.venv/.ready: scripts/venv.sh
	@$(call quietly,venv) "Setting up .venv" scripts/venv.sh
	@touch $@

# ---------------------------------------------------------------- make test

C_TESTS := $(patsubst Tests/C/%.c,build/tests/%,$(wildcard Tests/C/*.c))
C_FLAGS := -std=c11 -Wall -Wextra -Werror -O1 -g -Iinclude
SWIFT_TEST := swift test -c release -Xswiftc -enable-testing

test: build $(STAMPS)/packages-test .venv/.ready-for-test
	@$(PYTHON_IN_VENV) scripts/run_tests.py $(LOGS) \
	    swift "Swift" "$(SWIFT_TEST) --scratch-path .build/tests $(TEST_FLAGS)" \
	    swift "Python embedded in Swift" \
	        "$(SWIFT_TEST) --package-path Tests/EmbeddedPython --scratch-path .build/embedded" -- \
	    step "C programs compile" "make c-tests" \
	    $(foreach program,$(C_TESTS),c "C: $(notdir $(program))" $(program)) \
	    pytest "Python" "$(PYTHON_IN_VENV) -m pytest -q python/tests"

# The campaigns in their long form; `make test` runs the short one. A campaign prints a line `campaign: NAME: FIGURES`.
.PHONY: campaign
campaign: build asan-library $(STAMPS)/packages-test .venv/.ready-for-test build/tests/any_text
	@status=0; \
	WINGBEAT_CAMPAIGN=1 WINGBEAT_ASAN=$(CURDIR)/.build/asan/release WINGBEAT_ASAN_CC="$(ASAN_CC)" \
	    $(PYTHON_IN_VENV) scripts/run_tests.py $(LOGS) \
	    swift "Grammar" "$(SWIFT_TEST) --scratch-path .build/tests $(TEST_FLAGS) \
	        --filter 'EngineTests.(ExpressionTests|CallFuzzTests)'" \
	    c "C: any text" build/tests/any_text \
	    pytest "Campaigns" "$(PYTHON_IN_VENV) -m pytest -q -s python/tests/campaigns" || status=1; \
	grep -h "^campaign: " $(LOGS)/test-campaigns.log; exit $$status

# ---------------------------------------------------------------- make format, make lint

# Layout: .swift-format, ruff.toml and .clang-format say what it is.
SWIFT_FILES := Package.swift Sources Tests
C_FILES = $$(git ls-files '*.c' '*.h')

.PHONY: format
format: .venv/.ready-for-test
	@swift format -i -r $(SWIFT_FILES)
	@.venv/bin/ruff check -q --fix --unsafe-fixes --fixable I,C4,UP,RUF100 . && .venv/bin/ruff format -q .
	@.venv/bin/clang-format -i $(C_FILES)

.PHONY: lint
lint: .venv/.ready-for-test
	@swift format lint --strict -r $(SWIFT_FILES)
	@.venv/bin/ruff check -q . && .venv/bin/ruff format -q --check .
	@.venv/bin/clang-format --dry-run -Werror $(C_FILES)
	@$(PYTHON_IN_VENV) scripts/check_columns.py

# ---------------------------------------------------------------- comparisons

# Every row of the operation table, and the modules, beside PyTorch. Needs .venv-peers, and is no part of `make test`.
.PHONY: test-peers
test-peers: build .venv-peers/.ready
	@.venv-peers/bin/python scripts/compare_optimizers_with_torch.py
	@.venv-peers/bin/python scripts/compare_with_torch.py
	@.venv-peers/bin/python scripts/compare_scripts.py --wingbeat $(PYTHON_IN_VENV)
	@.venv-peers/bin/python scripts/compare_scripts.py --tensorflow --wingbeat $(PYTHON_IN_VENV)
	@.venv-peers/bin/python scripts/compare_functions_with_tensorflow.py
	@.venv-peers/bin/python scripts/compare_operators_with_torch.py
	@.venv-peers/bin/python scripts/compare_modules_with_torch.py
	@.venv-peers/bin/python scripts/compare_keras_training.py
	@.venv-peers/bin/python -W ignore scripts/compare_keras_files.py

.PHONY: c-tests
c-tests: $(C_TESTS)

build/tests/%: Tests/C/%.c $(wildcard Tests/C/*.h) include/wingbeat.h $(LIB)/$(SONAME)
	@mkdir -p $(@D)
	cc $(C_FLAGS) $< -o $@ -L$(LIB) -lwingbeat -Wl,-rpath,$(CURDIR)/$(LIB) -lm -pthread

$(STAMPS)/packages-test: scripts/system-packages.sh
	@scripts/system-packages.sh libpython3-dev pkg-config
	@scripts/system-packages.sh --if-possible gfortran
	@scripts/system-packages.sh --if-possible cmake
	@mkdir -p $(@D) && touch $@

# The tests run the examples too.
.venv/.ready-for-test: .venv/.ready-for-demo
	@$(call quietly,pip-test) "Installing pytest, SciPy, setuptools, mypy, ruff and clang-format into .venv" \
	    $(PYTHON_IN_VENV) -m pip install --disable-pip-version-check pytest scipy "setuptools>=77" \
	    ruff==0.17.6 clang-format==23.1.5 "mypy==2.4.1; python_version >= '3.10'"
	@touch $@

# The C programs again, watched for errors of memory and for leaks. WINGBEAT_TEST_WATCHED makes their loops short.
# A child of a program is watched too: unwatched it would run on another processor, with the bits of that one.
SWIFT_RESOURCES = $$(swiftc -print-target-info | sed -nE 's/.*"runtimeResourcePath": "(.*)".*/\1/p')
ASAN_CC = $(shell dirname "$(SWIFT_RESOURCES)")/../bin/clang -fsanitize=address -fuse-ld=bfd

.PHONY: asan-library
asan-library: build
	@$(call quietly,swift-asan) "Building the library with AddressSanitizer" swift build -c release --sanitize=address \
	    --product wingbeat --scratch-path .build/asan -Xswiftc -static-stdlib $(TEST_FLAGS)

asan: asan-library
	@mkdir -p build/asan
	@for source in Tests/C/*.c; do \
	    $(ASAN_CC) $(C_FLAGS) "$$source" -o "build/asan/$$(basename "$$source" .c)" \
	        -L.build/asan/release -lwingbeat -Wl,-rpath,$(CURDIR)/.build/asan/release -lm -pthread || exit 1; \
	done
	@WINGBEAT_TEST_WATCHED=1 ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
	    $(PYTHON_IN_VENV) scripts/run_tests.py $(LOGS) \
	    $(foreach program,$(C_TESTS),c "AddressSanitizer: $(notdir $(program))" build/asan/$(notdir $(program)))

VALGRIND := valgrind -q --error-exitcode=99 --trace-children=yes \
    --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite

valgrind: build c-tests
	@scripts/system-packages.sh valgrind
	@WINGBEAT_TEST_WATCHED=1 $(PYTHON_IN_VENV) scripts/run_tests.py $(LOGS) \
	    $(foreach program,$(C_TESTS),c "valgrind: $(notdir $(program))" "$(VALGRIND) $(program)")

# ---------------------------------------------------------------- make docs

docs: build
	@$(PYTHON_IN_VENV) scripts/generate_layers.py
	@$(PYTHON_IN_VENV) scripts/generate_operations.py
	@$(PYTHON_IN_VENV) scripts/generate_methods.py

# ---------------------------------------------------------------- make demo, bench

# Python trains and saves, C reads the checkpoint and tests again. MODEL names the network: digits or cnn.
.PHONY: demo-digits demo-cnn
demo: demo-$(or $(MODEL),digits)
DEMO_CC := cc -std=c11 -Wall -Wextra -Werror -O2 -Iinclude -L$(LIB) -Wl,-rpath,$(CURDIR)/$(LIB)
DEMO_DATA = $(or $(DATA),demo-output/digits.h5)

demo-digits: build .venv/.ready-for-demo
	@$(PYTHON_IN_VENV) examples/01-digits/demo.py $(if $(DATA),--data "$(DATA)")
	@$(DEMO_CC) examples/01-digits/evaluate.c -o demo-output/evaluate -lwingbeat
	@demo-output/evaluate demo-output/digits-model.h5 "$(DEMO_DATA)"

demo-cnn: build .venv/.ready-for-demo
	@$(PYTHON_IN_VENV) examples/11-mnist-cnn/mnist_cnn.py $(if $(DATA),--data "$(DATA)")
	@$(DEMO_CC) examples/11-mnist-cnn/mnist_cnn.c -o demo-output/mnist_cnn -lwingbeat
	@demo-output/mnist_cnn "$(DEMO_DATA)" demo-output/mnist-cnn.h5

.venv/.ready-for-demo: .venv/.ready
	@$(call quietly,pip-demo) "Installing h5py, matplotlib, Pillow, scikit-learn and tqdm into .venv" \
	    $(PYTHON_IN_VENV) -m pip install --disable-pip-version-check h5py matplotlib pillow scikit-learn tqdm
	@touch $@

bench: build .venv/.ready-for-demo $(if $(PEERS),.venv-peers/.ready)
	@$(PYTHON_IN_VENV) benchmarks/run.py $(if $(PEERS),--peers "$(PEERS)") $(if $(ONLY),--only "$(ONLY)",--figures) \
	    $(if $(THREADS),--threads "$(THREADS)") $(if $(ROUNDS),--rounds "$(ROUNDS)") \
	    $(if $(WRITE),--write docs/benchmarks.md)

.venv-peers/.ready:
	@$(call quietly,pip-peers) "Setting up .venv-peers with the engines to compare with" bash -c \
	    'python3 -m venv .venv-peers && \
	    .venv-peers/bin/python -m pip install --disable-pip-version-check numpy scipy h5py jax torch torchvision \
	    expecttest tensorflow tf_keras onnxruntime'
	@touch $@

# ---------------------------------------------------------------- make install

PREFIX_PATH := $(abspath $(PREFIX))
LIBDIR_PATH := $(abspath $(LIBDIR))
# Where the loader looks by itself, a program needs no path to the library, and distributions want none in it.
SYSTEM_LIBDIRS := /lib /lib64 /usr/lib /usr/lib64 /lib/%-linux-gnu /usr/lib/%-linux-gnu
RPATH := $(if $(filter $(SYSTEM_LIBDIRS),$(LIBDIR_PATH)),, -Wl,-rpath,$${libdir})
LDCONFIG ?= ldconfig

# The module map goes into a folder of its own: <prefix>/include/module.modulemap would be everybody's. Fortran gets a
# source, since a .mod file belongs to one version of one compiler.
install: build
	@install -d "$(DESTDIR)$(LIBDIR_PATH)/pkgconfig" "$(DESTDIR)$(LIBDIR_PATH)/cmake/wingbeat"
	@install -d "$(DESTDIR)$(PREFIX_PATH)/include/wingbeat"
	@cd $(LIB) && find . -name $(SONAME) -exec install -D -m 755 {} "$(DESTDIR)$(LIBDIR_PATH)/{}" \;
	@ln -sfn $(SONAME) "$(DESTDIR)$(LIBDIR_PATH)/libwingbeat.so"
	@install -m 644 include/wingbeat.h "$(DESTDIR)$(PREFIX_PATH)/include/"
	@install -m 644 fortran/wingbeat.f90 "$(DESTDIR)$(PREFIX_PATH)/include/wingbeat/"
	@sed 's|header "|header "../|' include/module.modulemap >"$(DESTDIR)$(PREFIX_PATH)/include/wingbeat/module.modulemap"
	@set -e; version=$$($(PYTHON_IN_VENV) -c "from wingbeat._library import lib; print(lib.wb_version().decode())"); \
	includedir=$$(realpath -ms --relative-to="$(LIBDIR_PATH)/cmake/wingbeat" "$(PREFIX_PATH)/include"); \
	libdir='$(patsubst $(PREFIX_PATH)/%,$${prefix}/%,$(LIBDIR_PATH))'; \
	fill() { \
	    sed -e "s|@VERSION@|$$version|" -e "s|@SONAME@|$(SONAME)|" -e "s|@INCLUDEDIR@|$$includedir|" \
	        -e "s|@PREFIX@|$(PREFIX_PATH)|" -e "s|@LIBDIR@|$$libdir|" -e 's|@RPATH@|$(RPATH)|' "$$1" \
	        >"$(DESTDIR)$(LIBDIR_PATH)/$$2"; \
	}; \
	fill wingbeat.pc.in pkgconfig/wingbeat.pc; \
	fill cmake/wingbeat-config.cmake.in cmake/wingbeat/wingbeat-config.cmake; \
	fill cmake/wingbeat-config-version.cmake.in cmake/wingbeat/wingbeat-config-version.cmake
	@if [[ -z "$(DESTDIR)" && $$EUID == 0 ]]; then $(LDCONFIG); fi
	@echo "Installed into $(DESTDIR)$(PREFIX_PATH)"

clean:
	@rm -rf .build build .venv demo-output

help:
	@echo "make build                   the release library in build/lib, and .venv, where Python can import wingbeat"
	@echo "make demo [DATA=FILE.h5]     trains on handwritten digits (or FILE), from Python, and checks the result from C;"
	@echo "                             with MODEL=cnn a convolutional network"
	@echo "make test                    all tests: Swift, C, Python"
	@echo "make campaign                long campaigns: interrupts, damaged files, kills, misuse, copies;"
	@echo "                             also the examples with images on MNIST, where the file is there"
	@echo "make test-peers              operations and modules beside PyTorch's: values, dtypes, gradients, tangents"
	@echo "make format, make lint       lays out Swift, Python and C; says what is not laid out so"
	@echo "make docs                    docs/operations.md, docs/layers.md and what Python derives from the library"
	@echo "make bench [PEERS=NAMES]     the benchmarks (benchmarks/README.md)"
	@echo "make install [PREFIX=/usr/local] [DESTDIR=...]   library, header, Fortran module, pkg-config and CMake packages"
	@echo "make asan, make valgrind     the C programs under AddressSanitizer, under valgrind"
	@echo "make clean                   removes everything that was built"

# kenporter - build, demo, tests. `make list` names the targets; V=1 shows the commands.
CC      ?= gcc
ifeq ($(origin CC),default)
CC      := gcc
endif
AR      ?= ar
OBJCOPY ?= objcopy
BUILD   ?= build
VERSION := $(shell sed -n 's/^\#define KP_VERSION "\(.*\)"/\1/p' include/kenporter.h)
PREFIX  ?= /usr/local
DESTDIR ?=
Q       := $(if $(V),,@)

STD     := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -fvisibility=hidden
WARN    := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wvla -Wundef -Wwrite-strings -Wcast-qual \
           -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wswitch-enum -fno-common $(if $(CI)$(WERROR),-Werror)
OPT     ?= -O2 -g
# Hardening. Flags that only some compilers and machines know are tried first; FORTIFY needs an optimiser and no sanitizer.
try      = $(shell echo 'int main(void){return 0;}' | $(CC) -Werror $(2) $(1) -include stdlib.h -x c -o /dev/null - 2>/dev/null && echo $(1))
HARDEN  := -fPIE -fstack-protector-strong $(foreach f,-fstack-clash-protection -fcf-protection,$(call try,$(f))) -ffile-prefix-map=$(CURDIR)=.
ifeq ($(findstring -fsanitize,$(OPT))$(findstring -O0,$(OPT)),)
HARDEN  += -U_FORTIFY_SOURCE $(or $(call try,-D_FORTIFY_SOURCE=3,-O2),-D_FORTIFY_SOURCE=2)
endif
LDHARD  := -pie -Wl,-z,relro,-z,now,-z,noexecstack
XML_CFLAGS := $(shell pkg-config --cflags libxml-2.0 2>/dev/null || echo -I/usr/include/libxml2)
CPPFLAGS += -Iinclude -Isrc -I$(BUILD)/gen $(XML_CFLAGS)
LIBS    := -lcsv -lxml2 -lz -ldeflate -lzip -lcrypto -lutf8proc -linih -lpthread -lm

PACKAGES_BUILD := gcc make pkg-config libcsv-dev libxml2-dev zlib1g-dev libdeflate-dev libzip-dev libssl-dev libutf8proc-dev libinih-dev
PACKAGES_TEST  := libcmocka-dev unzip p7zip-full libarchive-tools python3 libxml2-utils strace
PACKAGES_CHECK := clang-format clang-tidy cppcheck mandoc binutils valgrind
PACKAGES_BENCH := valgrind zip
PACKAGES_COVERAGE := gcovr
PACKAGES_DEB    := build-essential debhelper dpkg-dev fakeroot
# libFuzzer is in a package of its own, named after the version of clang.
PACKAGES_FUZZ    = clang $(shell v=$$(clang -dumpversion 2>/dev/null | cut -d. -f1); \
  [ -e "$$(clang -print-runtime-dir 2>/dev/null)/libclang_rt.fuzzer-$$(uname -m).a" ] || echo libclang-rt$${v:+-$$v}-dev)

# Thousands of instructions that an export may take per person, by callgrind: 5 % above what it takes. Lower it when that falls.
MOST_INSTRUCTIONS := 2010

# The folders of src/ in their order: each uses itself and those before it. Each is an archive.
FOLDERS := base format tables law record input log v08 run cli
SRC     := $(filter-out src/cli/main.c,$(sort $(wildcard $(FOLDERS:%=src/%/*.c))))
OBJ     := $(SRC:src/%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/base/embedded_files.o
SCHEMAS := $(sort $(shell cd schemas && find . -type f \( -name '*.csv' -o -name '*.xsd' -o -path './init/*' \) | sed 's|^\./||'))
UNIT    := $(sort $(wildcard $(FOLDERS:%=tests/unit/%/test_*.c)))
UNIT_BIN := $(addprefix $(BUILD)/tests/,$(notdir $(UNIT:%.c=%)))
GOLDEN  := $(sort $(wildcard tests/golden/test_*.c))
GOLDEN_BIN := $(GOLDEN:tests/golden/%.c=$(BUILD)/tests/%)
ifneq ($(words $(UNIT_BIN) $(GOLDEN_BIN)),$(words $(sort $(UNIT_BIN) $(GOLDEN_BIN))))
$(error two test programs have the same name)
endif
MAN     := $(patsubst src/cli/man/%,%,$(wildcard src/cli/man/*/*.[15])) $(patsubst src/cli/man/%.in,%,$(wildcard src/cli/man/*/*.in))
TEST_LIB := $(patsubst tests/lib/%.c,$(BUILD)/tests/lib/%.o,$(sort $(wildcard tests/lib/*.c)))

.PHONY: all lib deb packages-deb demo test test-unit test-long bench check analyse san valgrind coverage reproducible fuzz fuzz-smoke fuzz-merge install uninstall clean list packages-build packages-test packages-check packages-bench packages-coverage packages-fuzz
.DEFAULT_GOAL := all

all: $(BUILD)/kenporter $(BUILD)/libkenporter.a $(MAN:%=$(BUILD)/man/%) ## build program, library and manual pages into build/
	@:

list: ## show the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

$(BUILD)/gen/kp_codes.h: schemas/messages.csv Makefile
	@mkdir -p $(@D)
	$(Q)awk -F, 'BEGIN { print "/* generated from schemas/messages.csv */\n#ifndef KP_CODES_H\n#define KP_CODES_H\nenum kp_code {" } \
	  NR > 1 { printf "    KP_K_%s = %s,\n", toupper($$2), substr($$1, 2) } END { print "};\n#endif" }' $< > $@

# Written only when the commit is another one, so that nothing else is built again.
$(BUILD)/gen/kp_commit.h: FORCE
	@mkdir -p $(@D)
	$(Q)echo '#define KP_COMMIT "$(or $(shell git describe --always --dirty --abbrev=10 --exclude="*" 2>/dev/null),released)"' >$@.tmp
	$(Q)cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@

.PHONY: FORCE
FORCE:

$(BUILD)/obj/cli/version.o: $(BUILD)/gen/kp_commit.h

# .incbin keeps the files byte for byte; the table beside it gives them their names.
$(BUILD)/gen/embedded_files.c: $(SCHEMAS:%=schemas/%) Makefile
	@mkdir -p $(@D)
	$(Q)awk 'BEGIN { \
	  print "/* generated from schemas/ */\n#include \"base/embedded.h\"\n"; \
	  for (i = 1; i < ARGC; i++) { \
	    printf "__asm__(\".pushsection .rodata\\nkp_file_%d: .incbin \\\"schemas/%s\\\"\\nkp_end_%d: .byte 0\\n.popsection\");\n", i, ARGV[i], i; \
	    printf "extern const char kp_file_%d[];\nextern const char kp_end_%d[];\n", i, i } \
	  print "extern const struct kp_embedded kp_embedded_files[];\nconst struct kp_embedded kp_embedded_files[] = {"; \
	  for (i = 1; i < ARGC; i++) printf "    {\"%s\", kp_file_%d, kp_end_%d},\n", ARGV[i], i, i; \
	  print "    {0},\n};" }' $(SCHEMAS) > $@

$(BUILD)/obj/%.o: src/%.c $(BUILD)/gen/kp_codes.h Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $<")
	$(Q)$(CC) $(STD) $(WARN) $(OPT) $(HARDEN) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/base/embedded_files.o: $(BUILD)/gen/embedded_files.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(WARN) $(OPT) $(HARDEN) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# One object whose hidden symbols are local: users of the library see the public functions alone.
$(BUILD)/libkenporter.a: $(filter-out $(BUILD)/obj/cli/%,$(OBJ))
	$(Q)$(LD) -r -o $(BUILD)/obj/kenporter.o $^
	$(Q)$(OBJCOPY) --localize-hidden $(BUILD)/obj/kenporter.o
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(BUILD)/obj/kenporter.o

$(BUILD)/kenporter: $(BUILD)/obj/cli/main.o $(OBJ)
	$(if $(V),,@echo "  LINK  $@")
	$(Q)$(CC) $(OPT) $(HARDEN) $(CFLAGS) $(LDHARD) $(LDFLAGS) -o $@ $^ $(LIBS)

-include $(wildcard $(BUILD)/obj/*/*.d)

# --- manual pages: mdoc; a line @PART is what `kenporter help PART` prints ---

MAN_en    := LC_ALL=C
MAN_ja    := LC_ALL=ja_JP.UTF-8
# en/x.1 is installed as man1/x.1, ja/x.1 as ja/man1/x.1.
man_place  = $(if $(filter ja/%,$(1)),ja/)man$(patsubst .%,%,$(suffix $(1)))/$(notdir $(1))

$(BUILD)/man/%: src/cli/man/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(BUILD)/man/%: src/cli/man/%.in $(BUILD)/kenporter
	@mkdir -p $(@D)
	$(Q)$(MAN_$(patsubst %/,%,$(dir $*))) awk '/^@/ { if (system("$(BUILD)/kenporter help " substr($$0, 2)) != 0) exit 1; next } { print; fflush() }' $< >$@.tmp && mv $@.tmp $@

# --- tests: unit tests per module, golden tests on the program; both are cmocka programs (tests/README.md) ---

TEST_ENV := KENPORTER=$(abspath $(BUILD)/kenporter) FIXTURES=$(abspath fixtures) SCHEMAS=$(abspath schemas)

# upto FOLDER: its archive and those of the folders before it, the highest first.
upto = $(if $(filter $(1),$(FOLDERS)),$(call reverse,$(call before,$(1),$(FOLDERS))))
before = $(firstword $(2)) $(if $(filter-out $(1),$(firstword $(2))),$(call before,$(1),$(wordlist 2,99,$(2))))
reverse = $(if $(1),$(call reverse,$(wordlist 2,99,$(1))) $(firstword $(1)))

# Helpers of the tests, and the commands that compile them and link a test program.
COMPILE_TEST = $(CC) $(STD) $(WARN) $(OPT) $(HARDEN) $(CPPFLAGS) -iquote tests/lib $(CFLAGS) -MMD -MP -MF $@.d -MT $@
link_test = $(COMPILE_TEST) $(LDHARD) $(LDFLAGS) -o $@ $< $(BUILD)/tests/lib.a $(1) -lcmocka $(LIBS)

$(BUILD)/tests/lib/%.o: tests/lib/%.c $(BUILD)/gen/kp_codes.h Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $<")
	$(Q)$(COMPILE_TEST) -c -o $@ $<

$(BUILD)/tests/failing_alloc.so: tests/lib/failing_alloc.c $(BUILD)/gen/kp_codes.h Makefile
	@mkdir -p $(@D)
	$(Q)$(COMPILE_TEST) -shared -fPIC -o $@ $<

$(BUILD)/tests/test_no_memory: $(BUILD)/tests/failing_alloc.so

$(BUILD)/tests/rejecting.so: tests/golden/rejecting.c Makefile
	@mkdir -p $(@D)
	$(Q)$(COMPILE_TEST) -fvisibility=default -shared -fPIC -o $@ $<

$(BUILD)/tests/test_official: $(BUILD)/tests/rejecting.so

$(BUILD)/tests/lib.a: $(TEST_LIB)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

define folder_rules
$(BUILD)/$(1).a: $(filter $(BUILD)/obj/$(1)/%,$(OBJ))
	$(Q)rm -f $$@
	$(Q)$(AR) rcs $$@ $$^

# A unit test links its own folder and those before it: a use of a later folder does not link.
$(patsubst tests/unit/$(1)/%.c,$(BUILD)/tests/%,$(filter tests/unit/$(1)/%,$(UNIT))): \
$(BUILD)/tests/%: tests/unit/$(1)/%.c $(BUILD)/tests/lib.a $(patsubst %,$(BUILD)/%.a,$(call upto,$(1))) Makefile
	@mkdir -p $$(@D)
	$$(if $$(V),,@echo "  TEST  $$<")
	$$(Q)$$(call link_test,$(patsubst %,$(BUILD)/%.a,$(call upto,$(1))))
endef
$(foreach f,$(FOLDERS),$(eval $(call folder_rules,$(f))))

ARCHIVES := $(patsubst %,$(BUILD)/%.a,$(call reverse,$(FOLDERS)))

$(BUILD)/tests/%: tests/golden/%.c $(BUILD)/kenporter $(BUILD)/tests/lib.a $(ARCHIVES) Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  TEST  $<")
	$(Q)$(call link_test,$(ARCHIVES))

-include $(wildcard $(BUILD)/tests/*.d $(BUILD)/tests/lib/*.d)

test: packages-test ## run the unit tests and the golden tests
	@$(MAKE) --no-print-directory -j$$(nproc) run-tests

test-unit: packages-test ## run the unit tests alone
	@$(MAKE) --no-print-directory -j$$(nproc) run-unit-tests

.PHONY: run-tests run-unit-tests
run-unit-tests: $(UNIT_BIN)
	@$(TEST_ENV) tests/run.sh $(UNIT_BIN)

run-tests: all $(UNIT_BIN) $(GOLDEN_BIN)
	@$(TEST_ENV) tests/run.sh $(UNIT_BIN) $(GOLDEN_BIN)

LONG := xsd_mutations sealed no_memory long_register hostile_files crash crash_keeping biglog recovery prepare

test-long: packages-test all $(LONG:%=$(BUILD)/tests/test_%) ## a run killed or failed at every one of its calls; a log of a million entries; a million altered documents
	@set -e; for t in $(LONG); do CRASH_ALL=1 BIG_CONSENTS=10000000 BIG_LOG=1000000 THOROUGH=1 $(TEST_ENV) $(BUILD)/tests/test_$$t; done

san: packages-test ## the same tests under address and undefined-behaviour sanitizers, of clang with CC=clang
	@$(MAKE) --no-print-directory -j$$(nproc) run-tests BUILD=build-san$(if $(findstring clang,$(CC)),-clang) \
	  OPT="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"

valgrind: packages-check all ## the commands on fixtures/ under valgrind: accesses, memory that was not set, leaks
	@tests/valgrind.sh $(BUILD)/kenporter

# --- fuzzing: targets in tests/fuzz, each with a corpus (tests/README.md) ---

FUZZ      := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_LIB  := $(patsubst tests/fuzz/lib/%.c,$(BUILD)/fuzz/lib/%.o,$(sort $(wildcard tests/fuzz/lib/*.c)))
FUZZ_MAKE := $(MAKE) --no-print-directory CC=clang BUILD=build-fuzz \
  OPT="-O2 -g -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all"
# What loads or frees the tables of a process, see tests/fuzz/lib/once.h.
FUZZ_WRAP := $(foreach f,kp_context_init kp_context_release kp_schemas_load \
  kp_xml_schema_free kp_catalogue_load kp_cda_forms_make,-Wl,--wrap=$(f))
COMPILE_FUZZ = $(CC) $(STD) $(WARN) -fvisibility=default $(OPT) $(HARDEN) $(CPPFLAGS) -iquote tests/fuzz/lib $(CFLAGS) \
  -MMD -MP -MF $@.d -MT $@
SECONDS   := 60
# How many inputs of each target fuzz-smoke runs: about three seconds' worth.
SMOKE := audit=5000 cc2x=1500 check=450 csv=50000 dates=500000 decode=60000 document=18000 findings=22000 ini=20000 \
  log=9000 mapping=900 numbers=240000 registers=8000 tables=85 verify=3000 xml=40000 zip=55000

$(BUILD)/fuzz/lib/%.o: tests/fuzz/lib/%.c $(BUILD)/gen/kp_codes.h Makefile
	@mkdir -p $(@D)
	$(Q)$(COMPILE_FUZZ) -c -o $@ $<

$(BUILD)/fuzz/%: tests/fuzz/fuzz_%.c $(FUZZ_LIB) $(ARCHIVES) Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  FUZZ  $<")
	$(Q)$(COMPILE_FUZZ) -fsanitize=fuzzer $(FUZZ_WRAP) $(LDFLAGS) -o $@ $< $(FUZZ_LIB) $(ARCHIVES) $(LIBS)

-include $(wildcard $(BUILD)/fuzz/*.d $(BUILD)/fuzz/lib/*.d)

.PHONY: fuzz-targets
.SECONDARY: $(FUZZ_LIB)
fuzz-targets: $(FUZZ:%=$(BUILD)/fuzz/%)

fuzz-smoke: packages-fuzz ## every fuzz target on its corpus and beyond, the same inputs each time, a minute in all
	+@$(FUZZ_MAKE) -j$$(nproc) fuzz-targets
	@tests/fuzz/smoke.sh build-fuzz/fuzz $(SMOKE)

fuzz: packages-fuzz ## TARGET=NAME SECONDS=N: one target; what it finds is in build-fuzz/found/NAME
	@[ -n "$(TARGET)" ] || { echo "TARGET=$(subst $(subst ,, ),|,$(FUZZ))" >&2; exit 1; }
	+@$(FUZZ_MAKE) -j$$(nproc) build-fuzz/fuzz/$(TARGET)
	@mkdir -p build-fuzz/found/$(TARGET) build-fuzz/crashes
	build-fuzz/fuzz/$(TARGET) -max_total_time=$(SECONDS) -artifact_prefix=build-fuzz/crashes/$(TARGET)- -max_len=65536 \
	  -print_final_stats=1 build-fuzz/found/$(TARGET) tests/fuzz/corpus/$(TARGET)

fuzz-merge: packages-fuzz ## TARGET=NAME: adds to its corpus what reaches code that the corpus does not
	build-fuzz/fuzz/$(TARGET) -merge=1 tests/fuzz/corpus/$(TARGET) build-fuzz/found/$(TARGET)

# PATH=PERCENT: the least share of branches that the tests take, in whole percent. Raise it when more are taken.
# The goals: src 90, src/log 100.
COVERED := src=87 src/law/rule.c=100 src/base/date.c=100 src/log=83
# Without memory gcov's own code dies, so that programs with a failing allocator preloaded cannot be counted.
UNCOUNTED := %/test_no_memory

# Counts of an earlier run would add up. gcov reads what its own compiler wrote, hence gcc; threads count at the same time.
coverage: packages-coverage ## all tests, and which branches of src/ they take, as pages in build-cov/coverage/; fails if too few
	@[ ! -d build-cov ] || find build-cov -name '*.gcda' -delete
	@$(MAKE) --no-print-directory -j$$(nproc) run-tests BUILD=build-cov CC=gcc OPT="-O0 -g --coverage -fprofile-update=atomic" \
	  GOLDEN_BIN='$(filter-out $(UNCOUNTED),$(GOLDEN_BIN:$(BUILD)/%=build-cov/%))'
	@rm -rf build-cov/coverage && mkdir build-cov/coverage
	@gcovr --root . --object-directory build-cov/obj --filter 'src/' --branches --exclude-throw-branches \
	  --exclude-unreachable-branches --txt build-cov/coverage.txt --json build-cov/coverage.json \
	  --html-details build-cov/coverage/index.html build-cov/obj
	@python3 tests/coverage.py build-cov/coverage.json $(COVERED)

# Undefined behaviour, or memory that nobody set, would show as bytes that differ between builds.
reproducible: packages-build ## build twice, without and with optimisation: the bundles of fixtures/ are the same to the byte
	@$(MAKE) --no-print-directory all BUILD=build-a OPT="-O0"
	@$(MAKE) --no-print-directory all BUILD=build-b OPT="-O3"
	@set -e; for b in build-a build-b; do rm -rf $$b/out; st=0; \
	  $$b/kenporter export -q -c fixtures/kenporter.ini --as-of 2026-04-01 --backdate demo -o $$b/out fixtures/export.csv >/dev/null 2>&1 || st=$$?; \
	  [ $$st -le 1 ]; done; \
	[ "$$(ls build-a/out/*.zip | wc -l)" = "$$(ls build-b/out/*.zip | wc -l)" ]; \
	for z in build-a/out/*.zip; do cmp $$z build-b/out/$$(basename $$z); done; \
	echo "reproducible: $$(ls build-a/out/*.zip | wc -l) bundles, the same bytes from both builds"

check: packages-check analyse all $(BUILD)/example ## lint: folders, sizes, symbols, format, catalogue; static analysis; the example; instructions per person
	@python3 tests/lint.py $(BUILD) $(CC) $(STD) $(CPPFLAGS)
	@rm -rf $(BUILD)/example-out && $(BUILD)/example fixtures/export.csv $(BUILD)/example-out | grep -q '^kenporter $(VERSION): read [1-9]'
	@python3 tests/bench/instructions.py --most $(MOST_INSTRUCTIONS) $(BUILD)/kenporter

# A source is looked at again after its object was made again; analyse.sh finds out whether it or a header of it has changed.
ANALYSED := $(patsubst src/%.c,$(BUILD)/analysis/%,$(SRC) src/cli/main.c)

analyse: packages-check ## static analysis of src/ by gcc, clang-tidy and cppcheck
	@$(MAKE) --no-print-directory -j$$(nproc) run-analysis ANALYSERS="$$(tests/analyse.sh --tools)"

.PHONY: run-analysis
run-analysis: $(ANALYSED)

$(BUILD)/analysis/%: src/%.c $(BUILD)/obj/%.o .clang-tidy tests/cppcheck.txt tests/analyse.sh
	@mkdir -p $(@D)
	$(Q)tests/analyse.sh "$(ANALYSERS)" $@ $< $(STD) $(CPPFLAGS)

# XSD=DIR: with the ministry's schemas. PEOPLE=N: that many people, too. REPEAT=N: runs of each, 3 if not given.
bench: packages-bench all ## measure export and other commands beside xmllint, zip, unzip, sha256sum; instructions by stage
	@python3 tests/bench/bench.py $(if $(XSD),--xsd $(XSD)) $(if $(PEOPLE),--people $(PEOPLE)) \
	  $(if $(REPEAT),--repeat $(REPEAT)) $(BUILD)/kenporter
	@python3 tests/bench/instructions.py $(if $(XSD),--xsd $(XSD)) $(BUILD)/kenporter

# The example is built as a user of the installed library builds it.
$(BUILD)/example: tests/example.c $(BUILD)/libkenporter.a Makefile
	@$(MAKE) --no-print-directory install DESTDIR=$(abspath $(BUILD))/root PREFIX=/usr >/dev/null
	$(Q)$(CC) -std=c11 $(WARN) $(OPT) -o $@ $< $$(PKG_CONFIG_PATH=$(BUILD)/root/usr/lib/pkgconfig \
	  pkg-config --define-variable=prefix=$(abspath $(BUILD))/root/usr --cflags --libs --static kenporter)

# --- demo ---

DEMO_OUT := $(BUILD)/demo

demo: packages-build ## build, run the main job on fixtures/ and show the result
	@$(MAKE) --no-print-directory all
	@rm -rf $(DEMO_OUT)
	@echo; echo '$$ kenporter export -c fixtures/kenporter.ini -o $(DEMO_OUT) fixtures/export.csv'; echo
	@$(BUILD)/kenporter export -c fixtures/kenporter.ini -o $(DEMO_OUT) fixtures/export.csv; \
	  st=$$?; [ $$st -le 1 ] || exit $$st

# --- packages: installed where that is possible, named in one line where it is not ---

# A package that was removed may leave its configuration behind, so its state is asked for, not its name.
missing = $(shell for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed' || echo $$p; done)

packages-build:
	@missing="$(call missing,$(PACKAGES_BUILD))"; [ -z "$$missing" ] || $(MAKE) --no-print-directory install-packages MISSING="$$missing"

packages-test: packages-build
	@missing="$(call missing,$(PACKAGES_TEST))"; [ -z "$$missing" ] || $(MAKE) --no-print-directory install-packages MISSING="$$missing"

packages-check: packages-test
	@missing="$(call missing,$(PACKAGES_CHECK))"; [ -z "$$missing" ] || $(MAKE) --no-print-directory install-packages MISSING="$$missing"

packages-bench: packages-test
	@missing="$(call missing,$(PACKAGES_BENCH))"; [ -z "$$missing" ] || $(MAKE) --no-print-directory install-packages MISSING="$$missing"

packages-coverage: packages-test
	@missing="$(call missing,$(PACKAGES_COVERAGE))"; [ -z "$$missing" ] || $(MAKE) --no-print-directory install-packages MISSING="$$missing"

packages-fuzz: packages-build
	@missing="$(call missing,$(PACKAGES_FUZZ))"; [ -z "$$missing" ] || $(MAKE) --no-print-directory install-packages MISSING="$$missing"

packages-deb: packages-test
	@missing="$(call missing,$(PACKAGES_DEB))"; [ -z "$$missing" ] || $(MAKE) --no-print-directory install-packages MISSING="$$missing"

.PHONY: install-packages
install-packages:
	@if [ "$$(id -u)" = 0 ]; then SUDO=; elif sudo -n true 2>/dev/null; then SUDO="sudo -n"; else \
	  echo "missing Debian packages; run as root: apt-get install $(MISSING)" >&2; exit 1; fi; \
	  echo "  APT   $(MISSING)"; \
	  { $$SUDO apt-get update && DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y --no-install-recommends $(MISSING); } \
	    >/tmp/kenporter-apt.$$$$ 2>&1 || { tail -n 5 /tmp/kenporter-apt.$$$$ >&2; rm -f /tmp/kenporter-apt.$$$$; exit 1; }; \
	  rm -f /tmp/kenporter-apt.$$$$

STRIP := -s
BIN   := $(DESTDIR)$(PREFIX)/bin
SHARE := $(DESTDIR)$(PREFIX)/share
COMPLETIONS := bash-completion/completions/kenporter zsh/vendor-completions/_kenporter fish/vendor_completions.d/kenporter.fish
EXAMPLES := fixtures/kenporter.ini fixtures/export.csv fixtures/requests.csv fixtures/consents.csv fixtures/insurers.csv tests/example.c

install: all ## install program, library, completions and examples below PREFIX (/usr/local)
	install -d $(BIN) $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include $(SHARE)/doc/kenporter/examples \
	  $(dir $(COMPLETIONS:%=$(SHARE)/%))
	install -m 755 $(STRIP) $(BUILD)/kenporter $(BIN)/
	install -m 644 $(BUILD)/libkenporter.a $(DESTDIR)$(PREFIX)/lib/
	install -m 644 include/kenporter.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 src/cli/completion/kenporter.bash $(SHARE)/bash-completion/completions/kenporter
	install -m 644 src/cli/completion/_kenporter $(SHARE)/zsh/vendor-completions/
	install -m 644 src/cli/completion/kenporter.fish $(SHARE)/fish/vendor_completions.d/
	install -m 644 $(EXAMPLES) $(SHARE)/doc/kenporter/examples/
	install -m 644 LICENSE $(SHARE)/doc/kenporter/
	$(foreach m,$(MAN),install -D -m 644 $(BUILD)/man/$(m) $(SHARE)/man/$(call man_place,$(m)) &&) :
	printf '%s\n' 'prefix=$(PREFIX)' 'Name: kenporter' \
	  'Description: hands health-check results to medical insurers, as the law asks and no further' \
	  'Version: $(VERSION)' 'Cflags: -I$${prefix}/include' 'Libs: -L$${prefix}/lib -lkenporter' \
	  'Requires.private: libxml-2.0 zlib libdeflate libzip libcrypto libutf8proc' 'Libs.private: -lcsv -lpthread' \
	  >$(DESTDIR)$(PREFIX)/lib/pkgconfig/kenporter.pc

uninstall: ## remove what install put there
	rm -f $(BIN)/kenporter $(DESTDIR)$(PREFIX)/lib/libkenporter.a \
	  $(DESTDIR)$(PREFIX)/include/kenporter.h $(DESTDIR)$(PREFIX)/lib/pkgconfig/kenporter.pc $(COMPLETIONS:%=$(SHARE)/%)
	rm -rf $(SHARE)/doc/kenporter $(foreach m,$(MAN),$(SHARE)/man/$(call man_place,$(m)))

deb: packages-deb ## build the Debian packages, beside this folder
	dpkg-buildpackage -us -uc -b

clean: ## remove what was built
	rm -rf build build-*

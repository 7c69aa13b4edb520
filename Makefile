# pam_mobproc: `make` builds, `make check` tests, `make demo` shows. See README.md.
#
# One folder is one program; a room links what its line below names and nothing else
# (tests/rooms proves it). Output goes to $(O); nothing outside it is written.

O ?= build
CC ?= cc
PKG_CONFIG ?= pkg-config
V ?= 0

prefix ?= /usr
sysconfdir ?= /etc
bindir ?= $(prefix)/bin
sbindir ?= $(prefix)/sbin
libexecdir ?= $(prefix)/libexec/mobproc
mandir ?= $(prefix)/share/man
bashdir ?= $(prefix)/share/bash-completion/completions
zshdir ?= $(prefix)/share/zsh/site-functions
fishdir ?= $(prefix)/share/fish/vendor_completions.d
pamdir ?= $(shell $(PKG_CONFIG) --variable=libdir pam 2>/dev/null || echo $(prefix)/lib)/security
docdir ?= $(prefix)/share/doc/mobproc
# where this distribution's systemd and its packaging tools look for them
systemd = $(shell $(PKG_CONFIG) --variable=$(1) systemd 2>/dev/null || echo $(2))
unitdir ?= $(call systemd,systemdsystemunitdir,/usr/lib/systemd/system)
sysusersdir ?= $(call systemd,sysusersdir,/usr/lib/sysusers.d)
tmpfilesdir ?= $(call systemd,tmpfilesdir,/usr/lib/tmpfiles.d)
catalogdir ?= $(call systemd,catalogdir,/usr/lib/systemd/catalog)

VERSION := 0.1.0

comma := ,

# --- flags -------------------------------------------------------------------------------------
OPTIMIZE ?= -O2 -g
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wformat=2 -Wvla -Wundef -Wpointer-arith
try = $(shell echo 'int main(void){return 0;}' | \
        $(CC) -Werror $(1) -x c - -o /dev/null >/dev/null 2>&1 && echo $(1))
ifeq ($(SANITIZE),)
HARDEN := $(call try,-fstack-protector-strong) $(call try,-fstack-clash-protection) \
          $(call try,-fcf-protection) -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
else
HARDEN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
          $(if $(FUZZ),-fsanitize=fuzzer-no-link)
endif
# Each counter lies in a file that the process has mapped: what forks, ends by _exit() or is confined
# has nothing left to write (clang's continuous mode).
ifneq ($(COVERAGE),)
HARDEN := -fprofile-instr-generate=$(abspath $(O))/profiles/%m%c.profraw -fcoverage-mapping
COUNTING := -mllvm -runtime-counter-relocation
endif
OUR_CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. -fPIC -fvisibility=hidden -MMD -MP $(WARNINGS) $(HARDEN) $(COUNTING) \
             -DMOBPROC_VERSION='"$(VERSION)"' -DMOBPROC_LIBEXECDIR='"$(libexecdir)"' \
             $(OPTIMIZE) $(CPPFLAGS) $(CFLAGS)
OUR_LDFLAGS = $(HARDEN) -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(LDFLAGS)

# --- libraries: each has one door ----------------------------------------------------------------
libs = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null || echo $(addprefix -l,$(2)))
PAM_LIBS = $(call libs,pam,pam)
JSON_LIBS = $(call libs,json-c,json-c)
SODIUM_LIBS = $(call libs,libsodium,sodium)
CURL_LIBS = $(call libs,libcurl,curl)
SECCOMP_LIBS = $(call libs,libseccomp,seccomp)

# --- rooms -----------------------------------------------------------------------------------------
objects = $(patsubst %.c,$(O)/%.o,$(sort $(wildcard $(1)/*.c)))
LIB := $(O)/lib/lib.a
# git-credential-mobproc, all dialects, is made of these files of helper/ and of lib, and of libc only
GIT_FILES := $(shell cat helper/git-credential-mobproc.files 2>/dev/null)
# mobproc-check is made of these files of pam_mobproc/, which the module does without
CHECK_FILES := $(shell cat pam_mobproc/mobproc-check.files 2>/dev/null)
CHECK_OBJECTS = $(patsubst %.c,$(O)/%.o,$(CHECK_FILES))

# further names of git-credential-mobproc, which speaks the dialect that its name says
DIALECT_NAMES := $(addsuffix -credential-mobproc,docker cargo bazel goauth)

ALL := $(O)/pam_mobproc.so $(O)/mobproc $(O)/git-credential-mobproc $(O)/mobprocd $(O)/mobproc-courier \
       $(O)/mobproc-check $(addprefix $(O)/,$(DIALECT_NAMES))

.PHONY: all
all: $(ALL)

ifeq ($(V),0)
say = @printf '  %-5s %s\n' $(1) '$@';
endif

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC) $(CC) $(OUR_CFLAGS) -c -o $@ $<

$(LIB): $(call objects,lib)
	$(call say,AR) rm -f $@ && $(AR) rcs $@ $^

$(O)/pam_mobproc.so: $(filter-out $(CHECK_OBJECTS),$(call objects,pam_mobproc)) $(LIB) pam_mobproc/pam_mobproc.map
	$(call say,LD) $(CC) -shared $(OUR_LDFLAGS) $(if $(SANITIZE),,-Wl$(comma)-z$(comma)defs) -Wl,-Bsymbolic \
	  -Wl,--version-script=pam_mobproc/pam_mobproc.map -o $@ $(filter %.o %.a,$^) $(PAM_LIBS)

$(O)/mobproc-check: $(CHECK_OBJECTS) $(LIB)
	$(call say,LD) $(CC) -pie $(OUR_LDFLAGS) -o $@ $^ $(PAM_LIBS)

$(O)/mobproc: $(filter-out $(O)/helper/dialect_main.o,$(call objects,helper)) $(LIB)
	$(call say,LD) $(CC) -pie $(OUR_LDFLAGS) -o $@ $^ $(JSON_LIBS)

$(O)/mobprocd: $(call objects,broker) $(LIB)
	$(call say,LD) $(CC) -pie $(OUR_LDFLAGS) -o $@ $^ $(SODIUM_LIBS) $(SECCOMP_LIBS)

$(O)/mobproc-courier: $(call objects,courier) $(LIB)
	$(call say,LD) $(CC) -pie $(OUR_LDFLAGS) -o $@ $^ $(CURL_LIBS) $(JSON_LIBS) $(SECCOMP_LIBS)

# A dialect starts hundreds of times a day: static, and with musl where the build has it.
# musl-gcc's own -static-pie links the wrong start file, so it is named here.
MUSL_START := $(if $(SANITIZE)$(COVERAGE),,$(if $(shell command -v musl-gcc),$(firstword \
                $(wildcard /usr/lib/*-linux-musl/rcrt1.o /usr/*-linux-musl/lib*/rcrt1.o))))
MUSL_DIR := $(dir $(MUSL_START))
GIT_CC := $(if $(MUSL_START),musl-gcc,$(CC))
GIT_CFLAGS = $(if $(MUSL_START),$(filter-out -D_FORTIFY_SOURCE=2 -U_FORTIFY_SOURCE,$(OUR_CFLAGS)),$(OUR_CFLAGS))
GIT_LINK := $(if $(SANITIZE)$(COVERAGE),-pie,$(if $(MUSL_START),-nostartfiles -static \
              -Wl$(comma)-static$(comma)-pie$(comma)--no-dynamic-linker $(MUSL_START) $(MUSL_DIR)crti.o,-static-pie))
GIT_OBJECTS = $(patsubst %.c,$(O)/git/%.o,$(GIT_FILES) $(sort $(wildcard lib/*.c)))
$(O)/git/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC) $(GIT_CC) $(GIT_CFLAGS) -c -o $@ $<

$(O)/git-credential-mobproc: $(GIT_OBJECTS)
	$(call say,LD) $(GIT_CC) $(OUR_LDFLAGS) $(GIT_LINK) -o $@ $^ $(if $(MUSL_START),$(MUSL_DIR)crtn.o)

$(addprefix $(O)/,$(DIALECT_NAMES)): $(O)/git-credential-mobproc
	$(call say,LN) ln -sf $(<F) $@

# --- tests -------------------------------------------------------------------------------------------
# A unit test tests/unit/NAME.c names in its first line the objects it is linked with; ROOM/ are all
# of a room but the one with main(). Those of tests/faults stand before what they define as
# __wrap_NAME.
UNITS = $(patsubst tests/unit/%.c,$(O)/tests/unit/%,$(sort $(wildcard tests/unit/*.c)))
unit_words = $(shell sed -n '1s,^/\* *links: *\(.*[^ ]\) *\*/$$,\1,p' $(1))
unit_needs = $(foreach word,$(call unit_words,$(1)),$(if $(filter %/,$(word)),\
               $(filter-out %/main.o $(CHECK_OBJECTS),$(call objects,$(patsubst %/,%,$(word)))),$(O)/$(word)))
# (a function of its own: a % in the rule below would become the test's name)
unit_objects = $(filter %.o,$(call unit_needs,$(1)))
unit_faults = $(filter $(O)/tests/faults/%.o,$(1))
unit_wraps = $(if $(unit_faults),$$(nm $(unit_faults) | sed -n 's/.* T __wrap_/-Wl$(comma)--wrap=/p'))
.PHONY: units
units: $(UNITS)
.SECONDEXPANSION:
$(UNITS): $(O)/tests/unit/%: $(O)/tests/unit/%.o $(LIB) $$(call unit_objects,tests/unit/$$*.c)
	$(call say,LD) $(CC) -pie $(OUR_LDFLAGS) $(call unit_wraps,$^) -o $@ $(filter %.o,$^) $(LIB) \
	  $(filter -l%,$(notdir $(call unit_needs,tests/unit/$*.c)))

$(O)/tests/%: tests/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,CC) $(CC) $(OUR_CFLAGS) -pie $(OUR_LDFLAGS) -o $@ $< $(LIB) $(PAM_LIBS)

# The PAM host, what sees a program's memory at its end, and what lets calls fail (LD_PRELOAD).
.PHONY: test-tools
test-tools: $(addprefix $(O)/tests/,pamhost lastlook faults.so)
$(O)/tests/faults.so: tests/faults/layer.c $(wildcard tests/faults/*.h)
	@mkdir -p $(@D)
	$(call say,LD) $(CC) -std=gnu11 -D_GNU_SOURCE -I. -fPIC -fvisibility=hidden $(WARNINGS) -O1 -g -shared -o $@ $<

# A fuzz target tests/fuzz/NAME.c names its objects in the same way. Linked with replay.c it runs the
# committed inputs; with FUZZ=1 (clang) it is a libFuzzer program.
FUZZ_TARGETS := $(filter-out replay,$(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/*.c))))
FUZZERS = $(addprefix $(O)/tests/fuzz/,$(FUZZ_TARGETS))
.PHONY: fuzzers
fuzzers: $(FUZZERS)
$(FUZZERS): $(O)/tests/fuzz/%: $(O)/tests/fuzz/%.o $(if $(FUZZ),,$(O)/tests/fuzz/replay.o) $(LIB) $$(call unit_objects,tests/fuzz/$$*.c)
	$(call say,LD) $(CC) -pie $(OUR_LDFLAGS) $(if $(FUZZ),-fsanitize=fuzzer) -o $@ $(filter %.o,$^) $(LIB) $(filter -l%,$(notdir $(call unit_needs,tests/fuzz/$*.c)))

# --- what a newcomer types ----------------------------------------------------------------------------
.PHONY: deps check git-suite check-faults check-mutants coverage fuzz demo bench install
deps:
	@packaging/deps build

# Everything, with gcc as it is shipped and with clang's address and undefined-behaviour sanitizers;
# the unit tests with gcc's too: each finds what the other does not.
# T=NAME runs one file, class or test, T=rooms the rooms.
SAN := $(O)/sanitized
GCC_SAN := $(O)/sanitized-gcc
check:
	@packaging/deps check
	@$(MAKE) -j2 --no-print-directory all units fuzzers test-tools
	@$(MAKE) -j2 --no-print-directory O=$(SAN) CC=clang SANITIZE=1 all units fuzzers test-tools
	@$(MAKE) -j2 --no-print-directory O=$(GCC_SAN) CC=gcc SANITIZE=1 OPTIMIZE="-O1 -g" units
	@tests/git-suite $(O)/git-suite || echo "git's own suite cannot be fetched; its test is skipped"
	@MOBPROC_BUILD=$(O) tests/run --build $(O) --build $(SAN) --units $(GCC_SAN) $(T)

# git's own tests of credential helpers, from Debian's source package; tests/test_consumer_git_suite.py
# runs them. Never part of this tree.
git-suite:
	@tests/git-suite $(O)/git-suite

# Every allocation and system call of tests/test_faults*.py fails, not only a sample. Half an hour.
check-faults:
	@packaging/deps check
	@$(MAKE) -j2 --no-print-directory all test-tools
	@$(MAKE) -j2 --no-print-directory O=$(SAN) CC=clang SANITIZE=1 all test-tools
	@tests/faults/all $(O) $(SAN) $(T)

# What the fuzz targets' inputs and the tests reach. T=TEST: by that test alone.
COVERED := $(O)/coverage
coverage:
	@packaging/deps check
	@$(MAKE) -j2 --no-print-directory O=$(COVERED) CC=clang COVERAGE=1 all units fuzzers test-tools
	@tests/coverage $(COVERED) $(T)

# Breaks one line for each attack in turn and expects that attack's test to notice. T=ROW for one.
check-mutants:
	@packaging/deps check
	@$(MAKE) -j2 --no-print-directory all units fuzzers test-tools
	@MOBPROC_BUILD=$(O) tests/mutants $(T)

# Every fuzz target for SECONDS, two at a time, from the committed inputs and those of earlier runs.
SECONDS ?= 60
fuzz:
	@packaging/deps check
	@$(MAKE) -j2 --no-print-directory O=$(O)/fuzz CC=clang SANITIZE=1 FUZZ=1 fuzzers
	@tests/fuzz/run $(O)/fuzz $(SECONDS)

demo:
	@packaging/deps demo
	@$(MAKE) -j2 --no-print-directory all test-tools
	@MOBPROC_BUILD=$(O) tests/demo

bench:
	@packaging/deps bench
	@$(MAKE) -j2 --no-print-directory all test-tools
	@MOBPROC_BUILD=$(O) tests/bench

install: all
	install -D -m 0755 $(O)/pam_mobproc.so $(DESTDIR)$(pamdir)/pam_mobproc.so
	install -D -m 0755 $(O)/mobproc $(DESTDIR)$(bindir)/mobproc
	install -D -m 0755 $(O)/git-credential-mobproc $(DESTDIR)$(bindir)/git-credential-mobproc
	for name in $(DIALECT_NAMES); do \
	  ln -sf git-credential-mobproc $(DESTDIR)$(bindir)/$$name || exit; done
	install -D -m 0755 $(O)/mobprocd $(DESTDIR)$(libexecdir)/mobprocd
	install -D -m 0755 $(O)/mobproc-courier $(DESTDIR)$(libexecdir)/mobproc-courier
	install -D -m 0755 $(O)/mobproc-check $(DESTDIR)$(libexecdir)/mobproc-check
	install -d $(DESTDIR)$(sbindir) $(DESTDIR)$(unitdir)
	ln -sf $(libexecdir)/mobprocd $(DESTDIR)$(sbindir)/mobprocd
	for unit in mobprocd.socket mobprocd.service mobproc-courier.socket mobproc-courier.service \
	    mobproc-credential.socket mobproc-credential@.service \
	    mobproc-metrics.timer mobproc-metrics.service; do \
	  sed 's,/usr/libexec/mobproc/,$(libexecdir)/,; s,/usr/bin/,$(bindir)/,' packaging/systemd/$$unit >$(DESTDIR)$(unitdir)/$$unit && \
	  chmod 0644 $(DESTDIR)$(unitdir)/$$unit || exit 1; done
	install -D -m 0644 packaging/systemd/sysusers.conf $(DESTDIR)$(sysusersdir)/mobproc.conf
	install -D -m 0644 packaging/systemd/tmpfiles.conf $(DESTDIR)$(tmpfilesdir)/mobproc.conf
	install -D -m 0644 packaging/systemd/mobproc.catalog $(DESTDIR)$(catalogdir)/mobproc.catalog
	install -D -m 0644 packaging/mobproc.conf $(DESTDIR)$(docdir)/examples/mobproc.conf
	install -d $(DESTDIR)$(bashdir) $(DESTDIR)$(zshdir) $(DESTDIR)$(fishdir)
	$(O)/mobproc completion bash >$(DESTDIR)$(bashdir)/mobproc
	$(O)/mobproc completion zsh >$(DESTDIR)$(zshdir)/_mobproc
	$(O)/mobproc completion fish >$(DESTDIR)$(fishdir)/mobproc.fish
	chmod 0644 $(DESTDIR)$(bashdir)/mobproc $(DESTDIR)$(zshdir)/_mobproc $(DESTDIR)$(fishdir)/mobproc.fish
	install -D -m 0644 packaging/prometheus/mobproc.rules.yml $(DESTDIR)$(docdir)/examples/mobproc.rules.yml
	for page in */*.[158]; do \
	  install -D -m 0644 $$page $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/}; done

# Packages of this tree for the Debian release that it is built on. The folder debian/ is made in the
# copy only.
DEB := $(O)/deb
.PHONY: deb
deb:
	@packaging/deps deb
	@rm -rf $(DEB) && mkdir -p $(DEB)/source
	@cp -r Makefile LICENSE README.md lib pam_mobproc helper broker courier packaging $(DEB)/source
	@cp -r packaging/debian $(DEB)/source/debian
	cd $(DEB)/source && env -i PATH="$$PATH" HOME="$$HOME" LANG=C.UTF-8 TZ="$$TZ" \
	  DEB_BUILD_OPTIONS="$$DEB_BUILD_OPTIONS" dpkg-buildpackage -b -us -uc
	@ls $(DEB)/*.deb

# The same as .rpm, with the source that each distribution builds its own from. What comes of it on
# Debian is for the tests: other distributions name their libraries differently.
RPM := $(O)/rpm
.PHONY: rpm
rpm:
	@packaging/deps rpm
	@rm -rf $(RPM) && mkdir -p $(RPM)/SOURCES
	@tar --create --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime=@0 \
	  --transform='s,^,pam_mobproc-$(VERSION)/,' Makefile *.md LICENSE lib pam_mobproc \
	  helper broker courier packaging | gzip -9n >$(RPM)/SOURCES/pam_mobproc-$(VERSION).tar.gz
	@install -m 0644 packaging/systemd/sysusers.conf packaging/rpm/mobproc.spec $(RPM)/SOURCES
	@chmod 0644 $(RPM)/SOURCES/* && touch --date=@0 $(RPM)/SOURCES/*
	for what in -bs -bb; do env -i PATH="$$PATH" HOME="$$HOME" LANG=C.UTF-8 TZ="$$TZ" \
	  rpmbuild $$what --define '_topdir $(abspath $(RPM))' $(RPM)/SOURCES/mobproc.spec || exit 1; done
	@ls $(RPM)/RPMS/*/*.rpm $(RPM)/SRPMS/*.rpm

# The packages on whole machines: roots made by debootstrap, booted in containers. Root only; about
# ten minutes, and five more when the roots are made. SUITES=trixie takes one release, T=test_logins
# or T=test_logins.hung one file or class, CELLS='locker|su_root' some of the logins.
SUITES ?= bookworm trixie
.PHONY: check-system
check-system:
	@packaging/deps check-system
	@MOBPROC_TEST_TIMEOUT=5400 MOBPROC_CELLS='$(CELLS)' tests/run --machines system $(foreach suite,$(SUITES),--build $(O)/system/$(suite)) $(T)

# The same packages under kernels of Debian's own, in virtual machines with a TPM: what AppArmor lets
# them do, and what a key is worth without its machine. qemu translates, with no help from the
# processor: half an hour for a release, one at a time. Root only, for the roots. T= and SUITES= as above.
.PHONY: check-vm
check-vm:
	@packaging/deps check-vm
	@MOBPROC_TEST_TIMEOUT=5400 MOBPROC_MACHINE=vm tests/run --jobs 1 --machines vm $(foreach suite,$(SUITES),--build $(O)/system/$(suite)) $(T)

.PHONY: clean
clean:
	rm -rf $(O)

-include $(shell find $(O) -path $(O)/system -prune -o -name '*.d' -type f -print 2>/dev/null)

#!/usr/bin/env python3
"""Checks what the compiler does not: folders, sizes, symbols, format.

    lint.py BUILD CC FLAGS...       run in the top folder; BUILD contains what `make all` built

Prints one line per violation and exits with 1 if there is any.
"""
import os
import re
import subprocess
import sys
from glob import glob

FOLDERS = "base format tables law record input log v08 run cli".split()
MAX_FILE, MAX_FUNCTION, MAX_PARAMETERS, MAX_COLUMNS, MAX_TEST_NAME = 600, 60, 6, 110, 60
# The modules that may include the headers of a library.
LIBRARIES = {"csv.h": ["format/csvin", "cli/version"],
             "libxml/": ["format/xmlcheck", "format/xmlread", "format/xsd", "format/xsd_compile", "cli/main", "cli/version"],
             "zlib.h": ["format/sealed", "format/unzip", "cli/version"], "libdeflate.h": ["format/zip", "log/log", "cli/version"],
             "zip.h": ["format/sealed", "cli/version"], "openssl/": ["base/secret", "base/sha256", "cli/main", "cli/version"],
             "utf8proc.h": ["base/text", "base/utf8", "cli/version"],
             "iconv.h": ["base/text"], "ini.h": ["cli/read_settings"]}
# The folders that the program may include besides the public header.
CLI_MAY = {"base", "cli", "tables"}
# Headers outside the folders: the public one, and the generated ones.
OPEN_TO_ALL = {"kenporter.h", "kp_codes.h", "kp_commit.h"}
BANNED = re.compile(r"\b(strcpy|strcat|sprintf|gets|atoi|strtok|localtime|mktime|asctime)\(")
FLOATS = re.compile(r"\b(float|double)\b")
FLOATS_ALLOWED = {"src/record/derived.c"}
# A prototype or the head of a definition: its name, its parameters, the mark that follows.
FUNCTION = re.compile(r"^(?!typedef)[A-Za-z_](?:[\w *]|\n(?!\n))*?[\s*](\w+)\(([^;{}]*?)\)\s*"
                      r"(?:__attribute__\(\(.*?\)\)\s*)?([;{])", flags=re.M)
# Callbacks whose parameters libxml2 defines.
CALLBACKS = {"on_start"}

violations = []


def say(place, text):
    violations.append(f"check: {place}: {text}")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def without_comments(text):
    """Returns the text with comments and literals blanked; line numbers stay the same."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


SOURCES = sorted(glob("src/*/*.[ch]") + glob("include/*.h"))
TESTS = sorted(glob("tests/**/*.[ch]", recursive=True))


def folder_of(path):
    return path.split("/")[1] if path.startswith("src/") else ""


def includes(path):
    """Returns the project headers that a file includes."""
    found = re.findall(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', read(path), flags=re.M)
    return [name for mark, name in found if mark == '"' or name.split("/")[0] in FOLDERS]


def check_folders():
    """A folder includes itself and those before it; the program only what is open to it."""
    for path in sorted(glob("src/**/*.[ch]", recursive=True)):
        if path not in SOURCES or folder_of(path) not in FOLDERS:
            say(path, "is in none of the folders: " + ", ".join(FOLDERS))
    for path in SOURCES:
        own = folder_of(path)
        for inc in includes(path):
            other = inc.split("/")[0]
            if inc in OPEN_TO_ALL or (own and own not in FOLDERS):
                continue
            if other not in FOLDERS or not own:
                say(path, f"includes {inc}, which is not FOLDER/NAME.h")
            elif FOLDERS.index(other) > FOLDERS.index(own):
                say(path, f"{own} includes {inc}, which comes after it")
            elif own == "cli" and other not in CLI_MAY:
                say(path, f"the program includes {inc}; it uses kenporter.h, base and tables alone")


def check_circles():
    """Modules (a header with its source) of a folder do not include each other in a circle."""
    for folder in FOLDERS:
        uses = {}
        for path in glob(f"src/{folder}/*.[ch]"):
            own = os.path.basename(path)[:-2]
            uses.setdefault(own, set()).update(
                os.path.basename(i)[:-2] for i in includes(path) if i.startswith(folder + "/"))
        state = {}

        def visit(module, way):
            state[module] = 1
            for other in sorted(uses.get(module, ())):
                if other == module:
                    continue
                if state.get(other) == 1:
                    circle = way[way.index(other):] + [other]
                    say(f"src/{folder}", "modules include each other in a circle: " + " -> ".join(circle))
                elif other not in state:
                    visit(other, way + [other])
            state[module] = 2
        for module in sorted(uses):
            if module not in state:
                visit(module, [module])


def check_libraries():
    for path in SOURCES:
        for lib, places in LIBRARIES.items():
            if re.search(rf"#include <{re.escape(lib)}", read(path)) and path[4:-2] not in places:
                say(path, f"includes <{lib}>; only {', '.join(places)} may")


def count_parameters(text):
    depth, n = 0, 1
    for c in text:
        depth += c in "(["
        depth -= c in ")]"
        n += c == "," and depth == 0
    return n


def check_sizes():
    for path in SOURCES + TESTS:
        lines = read(path).split("\n")
        if path.startswith("src/") and len(lines) - 1 > MAX_FILE:
            say(path, f"{len(lines) - 1} lines; {MAX_FILE} at most")
        for number, line in enumerate(lines, 1):
            if path in SOURCES and len(line) > MAX_COLUMNS and not re.search(r'"[^"]{40,}"', line):
                say(f"{path}:{number}", f"{len(line)} columns; {MAX_COLUMNS} at most")
    for path in SOURCES:
        text = without_comments(read(path))
        for m in FUNCTION.finditer(text):
            line = text.count("\n", 0, m.start(1)) + 1
            n = count_parameters(m.group(2))
            if n > MAX_PARAMETERS and m.group(1) not in CALLBACKS:
                say(f"{path}:{line}", f"{m.group(1)} has {n} parameters; {MAX_PARAMETERS} at most")
            if m.group(3) == "{":
                end = text.find("\n}", m.end())
                length = text.count("\n", m.start(), end) + 2
                if length > MAX_FUNCTION:
                    say(f"{path}:{line}", f"{m.group(1)} has {length} lines; {MAX_FUNCTION} at most")


def check_words():
    for path in SOURCES:
        text = without_comments(read(path))
        for pattern, what in ((BANNED, "banned function"), (FLOATS, "binary floating point")):
            for m in pattern.finditer(text):
                if not (pattern is FLOATS and path in FLOATS_ALLOWED):
                    say(f"{path}:{text.count(chr(10), 0, m.start()) + 1}", f"{what}: {m.group(0)}")


def check_headers(cc, flags):
    """Each header compiles alone."""
    for path in [p for p in SOURCES if p.endswith(".h")]:
        done = subprocess.run([cc, *flags, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-include", path, "-x", "c", "/dev/null"],
                              capture_output=True)
        if done.returncode != 0:
            say(path, "does not compile alone")


def symbols_of(tool, *files):
    return subprocess.run([*tool, *files], capture_output=True, text=True, check=True).stdout.split("\n")


def check_symbols(build):
    """The library exports what kenporter.h declares; neither it nor the program, except main.c, has mutable globals."""
    library = f"{build}/libkenporter.a"
    program = [path for path in glob(f"{build}/obj/cli/*.o") if not path.endswith("/main.o")]
    header = without_comments(read("include/kenporter.h"))
    public = set(re.findall(r"^KP_API\b[^;]*?\b(kp_\w+)\(", header, flags=re.M))
    exported = {line.split()[2] for line in symbols_of(["nm", "-g", "--defined-only"], library) if len(line.split()) == 3}
    for name in sorted(exported - public):
        say(library, f"exports {name}, which kenporter.h does not declare")
    for name in sorted(public - exported):
        say(library, f"lacks {name} of kenporter.h")
    for line in symbols_of(["objdump", "-t"], library, *program):
        # Constants with relocations are in .data.rel.ro; all other sections of data can be written.
        m = re.search(r"\s(\*COM\*|\.(?:data|bss|tdata|tbss)(?!\.rel\.ro)\S*)\s+[0-9a-f]+\s+(?:\.hidden )?(\S+)$", line)
        if m and m.group(2) != m.group(1):
            say(build, f"has a mutable global: {m.group(2)}")


def check_tests():
    """Headers of the tests define nothing static; a test is named subject__case__expectation."""
    for path in TESTS:
        text = without_comments(read(path))
        for m in re.finditer(r"^static\b.*", text, flags=re.M):
            if path.endswith(".h"):
                say(f"{path}:{text.count(chr(10), 0, m.start()) + 1}", "a header defines something static")
        for name in re.findall(r"\bcmocka_unit_test\w*\(\s*(\w+)", text):
            if len(name) > MAX_TEST_NAME:
                say(path, f"{name} has {len(name)} characters; {MAX_TEST_NAME} at most")


def check_format():
    """The code is formatted by clang-format 14; other versions differ in details and are not used."""
    version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True).stdout
    if " version 14." not in version:
        print("check: clang-format 14 is missing, the format was not checked")
        return
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *SOURCES, *TESTS], capture_output=True, text=True)
    for path in sorted({line.split(":")[0] for line in done.stderr.split("\n") if "error:" in line}):
        say(path, "is not formatted: clang-format -i " + path)


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


def check_hardening(build):
    """The program is position independent, its relocations and stack are protected, and it calls checked functions."""
    program = build + "/kenporter"
    elf = output_of("readelf", "-hldW", program)
    for what, found in [("is not position independent", r"Type:\s+DYN"), ("has no RELRO segment", "GNU_RELRO"),
                        ("is bound lazily", "BIND_NOW"), ("has an executable stack", r"GNU_STACK.* RW  ")]:
        if not re.search(found, elf):
            say(program, what)
    symbols = output_of("nm", "-D", program)
    for what in ["__stack_chk_fail", "_chk@"]:
        if what not in symbols:
            say(program, f"uses no {what}")
    if "x86-64" in output_of("readelf", "-hW", program).lower():
        for path in glob(build + "/obj/cli/*.o"):
            if "IBT, SHSTK" not in output_of("readelf", "-nW", path):
                say(path, "is compiled without -fcf-protection")


def check_pages(build):
    """mandoc finds nothing to mend in the manual pages."""
    pages = sorted(glob(build + "/man/*/*"))
    if not pages:
        say(build, "has no manual pages")
    for line in output_of("mandoc", "-Tlint", "-Wwarning", *pages).splitlines():
        say("manual", line)


def main():
    build, cc, flags = sys.argv[1], sys.argv[2], sys.argv[3:]
    check_folders()
    check_circles()
    check_libraries()
    check_sizes()
    check_words()
    check_headers(cc, flags)
    check_symbols(build)
    check_tests()
    check_format()
    check_hardening(build)
    check_pages(build)
    for line in violations:
        print(line, file=sys.stderr)
    done = subprocess.run([sys.executable, "tests/codes_lint.py"])
    if violations or done.returncode != 0:
        sys.exit(1)
    print("check: all well")


main()

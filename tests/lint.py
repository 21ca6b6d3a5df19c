#!/usr/bin/env python3
"""House rules that a compiler does not know.

    lint.py BUILD CC FLAGS...       from the top folder; BUILD holds libkenporter.a

Prints one line per violation and exits with 1 if there is any.
"""
import os
import re
import subprocess
import sys
from glob import glob

FOLDERS = "base format tables law record input log v08 run cli".split()
MAX_FILE, MAX_FUNCTION, MAX_PARAMETERS, MAX_COLUMNS = 600, 60, 6, 110
# A library is known in one place, or in two where writing and reading are apart.
LIBRARIES = {"csv.h": ["format/csvin"], "libxml/": ["format/xmlcheck", "format/xmlread"],
             "zlib.h": ["format/zip", "format/unzip"], "openssl/": ["base/sha256"], "utf8proc.h": ["base/text"],
             "iconv.h": ["base/text"], "ini.h": ["cli/options"]}
# What the program may use besides the public header: the library's other folders are closed to it.
CLI_MAY = {"base", "cli", "tables"}
BANNED = re.compile(r"\b(strcpy|strcat|sprintf|gets|atoi|strtok|localtime|mktime|asctime)\(")
FLOATS = re.compile(r"\b(float|double)\b")
FLOATS_ALLOWED = {"src/record/derived.c"}
# libxml2 sets the parameters of its callbacks.
CALLBACKS = {"on_start"}

violations = []


def say(place, text):
    violations.append(f"check: {place}: {text}")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def without_comments(text):
    """Comments and string contents become spaces; line numbers stay."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


SOURCES = sorted(glob("src/*/*.[ch]") + glob("include/*.h"))
TESTS = sorted(glob("tests/**/*.[ch]", recursive=True))


def folder_of(path):
    return path.split("/")[1] if path.startswith("src/") else ""


def includes(path):
    return re.findall(r'^#include "([^"]+)"', read(path), flags=re.M)


def check_folders():
    """A folder includes itself and those before it; the program keeps to the public header."""
    for path in SOURCES:
        own = folder_of(path)
        for inc in includes(path):
            other = inc.split("/")[0]
            if other not in FOLDERS:
                continue
            if FOLDERS.index(other) > FOLDERS.index(own):
                say(path, f"{own} includes {inc}, which comes after it")
            elif own == "cli" and other not in CLI_MAY:
                say(path, f"the program includes {inc}; it uses kenporter.h, base and tables alone")


def check_circles():
    """Modules (a header and its source) of a folder do not depend on each other in a circle."""
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
        for m in re.finditer(r"^(?!typedef)[a-z][^;{}()#=]*?\b(\w+)\(([^;{}]*?)\)\s*(?:__attribute__\(\(.*?\)\)\s*)?([;{])",
                             text, flags=re.M):
            line = text.count("\n", 0, m.start()) + 1
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
        done = subprocess.run([cc, *flags, "-Wall", "-Wextra", "-Werror", "-x", "c", "-fsyntax-only", path],
                              capture_output=True)
        if done.returncode != 0:
            say(path, "does not compile alone")


def check_symbols(build):
    """The library exports what the public header declares, and keeps no mutable globals."""
    library = f"{build}/libkenporter.a"
    header = without_comments(read("include/kenporter.h"))
    public = set(re.findall(r"^KP_API\b[^;]*?\b(kp_\w+)\(", header, flags=re.M))
    exported, mutable = set(), []
    for line in subprocess.run(["nm", "-g", "--defined-only", library], capture_output=True, text=True).stdout.split("\n"):
        if len(line.split()) == 3:
            exported.add(line.split()[2])
    for line in subprocess.run(["objdump", "-t", library], capture_output=True, text=True).stdout.split("\n"):
        m = re.search(r"\s(\.data|\.bss)\s+[0-9a-f]+\s+(?:\.hidden )?(\S+)$", line)
        if m and m.group(2) != m.group(1):
            mutable.append(m.group(2))
    for name in sorted(exported - public):
        say(library, f"exports {name}, which kenporter.h does not declare")
    for name in sorted(public - exported):
        say(library, f"lacks {name} of kenporter.h")
    for name in mutable:
        say(library, f"has a mutable global: {name}")


def check_format():
    """The code is what clang-format 14 makes of it; other versions differ in details, so they are not asked."""
    version = subprocess.run(["clang-format", "--version"], capture_output=True, text=True).stdout
    if " version 14." not in version:
        print("check: no clang-format 14 here, the format was not checked")
        return
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *SOURCES, *TESTS], capture_output=True, text=True)
    for path in sorted({line.split(":")[0] for line in done.stderr.split("\n") if "error:" in line}):
        say(path, "is not formatted: clang-format -i " + path)


def main():
    build, cc, flags = sys.argv[1], sys.argv[2], sys.argv[3:]
    check_folders()
    check_circles()
    check_libraries()
    check_sizes()
    check_words()
    check_headers(cc, flags)
    check_symbols(build)
    check_format()
    for line in violations:
        print(line, file=sys.stderr)
    done = subprocess.run([sys.executable, "tests/codes_lint.py"])
    if violations or done.returncode != 0:
        sys.exit(1)
    print("check: all well")


main()

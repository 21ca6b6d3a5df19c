#!/bin/sh
# House rules that a compiler does not know. Usage: lint.sh CC FLAGS, from the top folder.
# Prints what is wrong and ends with 1 when anything is.
CC=$1
FLAGS=$2
bad=0
say() { echo "check: $*" >&2; bad=1; }

# Each header compiles alone.
for h in include/*.h src/*.h; do
    # shellcheck disable=SC2086
    $CC $FLAGS -Wall -Wextra -Werror -x c -fsyntax-only "$h" 2>/dev/null || say "$h does not compile alone"
done

# Includes point to lower layers only. A source belongs to the header of its name; setup.c, intake.c and heading.c to run.h, cli_*.c to cli.h.
layer() { sed -n 's/.*Layer \([0-9]*\)\..*/\1/p' "src/$1.h" | head -n 1; }
for f in src/*.c src/*.h; do
    own=$(basename "$f" | sed 's/\.[ch]$//; s/^setup$/run/; s/^intake$/run/; s/^heading$/run/; s/^cli_.*/cli/')
    case $own in
        main|pipeline|verify|show) mine=99 ;;
        *) mine=$(layer "$own") ;;
    esac
    [ -n "$mine" ] || { say "$f: its header names no layer"; continue; }
    for inc in $(sed -n 's/^#include "\([a-z0-9_]*\)\.h".*/\1/p' "$f"); do
        case $inc in "$own"|kenporter|kp_codes|status) continue ;; esac
        [ "$(layer "$inc")" -lt "$mine" ] || say "$f (layer $mine) includes $inc.h (layer $(layer "$inc"))"
    done
done

# Each library is known in one place, or in two where writing and reading are apart.
for pair in csv.h:csvin.c libxml/:xmlcheck.c,xmlread.c zlib.h:zip.c,unzip.c openssl/:sha256.c utf8proc.h:text.c iconv.h:text.c ini.h:options.c; do
    lib=${pair%%:*}
    for f in $(grep -l "#include <$lib" src/*.c src/*.h); do
        case ",${pair##*:}," in *,"${f#src/}",*) ;; *) say "$f includes <$lib>; only ${pair##*:} may" ;; esac
    done
done

# Functions stay readable: 80 lines at the very most.
awk 'FNR == 1 { start = 0 }
     /^[a-z].*\)$|^[a-z].*,$/ && !start { head = FNR }
     /^{/ { start = FNR }
     /^}/ && start { if (FNR - start > 80) { printf "check: %s:%d: function of %d lines\n", FILENAME, start, FNR - start; n = 1 } start = 0 }
     END { exit n }' src/*.c >&2 || bad=1

# Every diagnostic is raised somewhere, has both languages and a remedy, and a case that raises it beside one that does not.
python3 tests/codes_lint.py || bad=1

# No function that writes without a bound, and no float for a measured value.
grep -nE '\b(strcpy|strcat|sprintf|gets|atoi|strtok|localtime|mktime|asctime)\(' src/*.c && say "banned function"
grep -nE '\b(float|double)\b' src/*.c src/*.h include/*.h | grep -v '/\*' && say "binary floating point"

# The library keeps no mutable globals.
if [ -f build/libkenporter.a ]; then
    objdump -t build/libkenporter.a | awk '$4 == ".data" || $4 == ".bss" || $3 == ".data" || $3 == ".bss" { if ($NF != ".data" && $NF != ".bss") print $NF }' |
        grep . && say "mutable globals in the library"
fi

[ $bad -eq 0 ] && echo "check: all well"
exit $bad

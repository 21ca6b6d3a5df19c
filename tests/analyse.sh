#!/bin/sh
# Analyses a source by the analyser of gcc, by clang-tidy (.clang-tidy) and by cppcheck (tests/cppcheck.txt).
#   analyse.sh --tools                        prints those that have the version whose findings are known
#   analyse.sh "TOOLS" STAMP SOURCE FLAGS...  run in the top folder; FLAGS are the compiler's
# Prints what they find and exits with 1, or writes STAMP if all three found nothing. STAMP contains a digest of all that
# was looked at: while it is the same, nothing is analysed again.
set -eu
ALL="gcc clang-tidy cppcheck"

version() {
    case $1 in
    gcc) gcc -dumpversion ;;
    clang-tidy) clang-tidy --version | sed -n 's/.*version \([0-9]*\).*/\1/p' ;;
    cppcheck) cppcheck --version | sed 's/.* //' ;;
    esac 2>/dev/null
}

# Another version finds other things, some of them wrong: it is skipped.
tools() {
    found=
    for known in gcc:12 clang-tidy:14 cppcheck:2.10; do
        tool=${known%:*}
        case $(version "$tool") in
        "${known#*:}" | "${known#*:}".*) found="$found $tool" ;;
        *) echo "analyse: $tool ${known#*:} is missing, what it finds was not looked for" >&2 ;;
        esac
    done
    echo "${found# }"
}

# Only the project's own headers.
with_cppcheck() {
    for flag in "$@"; do
        case $flag in
        -D* | -I[!/]*) set -- "$@" "$flag" ;;
        esac
        shift
    done
    cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,style,performance,portability \
        --suppressions-list=tests/cppcheck.txt --template='{file}:{line}: {message} [{id}]' "$@" "$source"
}

[ "$1" != --tools ] || { tools; exit; }
chosen=$1 stamp=$2 source=$3 status=0
shift 3
seen=$({ echo "$*" && cat .clang-tidy tests/cppcheck.txt tests/analyse.sh "$source" && gcc -E "$@" "$source"; } | sha256sum)
if [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$seen" ]; then
    touch "$stamp"
    exit
fi
echo "  LOOK  $source"
for tool in $chosen; do
    case $tool in
    gcc) gcc -fanalyzer -Werror -O1 "$@" -c -o /dev/null "$source" || status=1 ;;
    clang-tidy)
        clang-tidy --quiet "$source" -- "$@" 2>"$stamp.err" || status=1
        sed '/ generated\.$/d' "$stamp.err" >&2 # how many warnings it does not show
        ;;
    cppcheck) with_cppcheck "$@" || status=1 ;;
    esac
done
rm -f "$stamp.err"
[ "$status" != 0 ] || [ "$chosen" != "$ALL" ] || echo "$seen" >"$stamp"
exit $status

"""Prints which share of the branches is taken, by folder, and writes the others into uncovered.txt beside the counts.

    coverage.py COUNTS.json PATH=PERCENT...     COUNTS.json: from gcovr --json; PATH: a folder or a file

Fails if fewer branches below a PATH are taken than its PERCENT, a whole number.
"""
import json
import pathlib
import sys


def read(path):
    """Returns for each file (branches taken, branches, {line: how many of its branches are not})."""
    counts = {}
    for file in json.load(open(path, encoding="utf-8"))["files"]:
        lines = [l for l in file["lines"] if not l["gcovr/noncode"]]
        missed = {l["line_number"]: sum(b["count"] == 0 for b in l["branches"]) for l in lines}
        total = sum(len(l["branches"]) for l in lines)
        counts[file["file"]] = (total - sum(missed.values()), total, {n: m for n, m in missed.items() if m})
    return counts


def below(counts, path):
    inside = [c for name, c in counts.items() if name == path or name.startswith(path + "/")]
    return sum(c[0] for c in inside), sum(c[1] for c in inside)


def write_uncovered(counts, path):
    with open(path, "w", encoding="utf-8") as out:
        for name, (taken, total, missed) in sorted(counts.items()):
            if missed:
                out.write(f"{name}: {taken} of {total} branches\n")
                source = pathlib.Path(name).read_text(encoding="utf-8").split("\n")
                out.writelines(f"  {n}: {m}  {source[n - 1].strip()}\n" for n, m in missed.items())


def main():
    counts = read(sys.argv[1])
    uncovered = pathlib.Path(sys.argv[1]).with_name("uncovered.txt")
    write_uncovered(counts, uncovered)
    for folder in sorted({"/".join(name.split("/")[:2]) for name in counts}) + ["src"]:
        taken, total = below(counts, folder)
        print(f"{folder:<12} {taken:6} of {total:6} branches {100 * taken / total:6.1f} %")
    print(f"the others: {uncovered}")
    status = 0
    for path, percent in (arg.split("=") for arg in sys.argv[2:]):
        taken, total = below(counts, path)
        if total == 0 or 100 * taken < int(percent) * total:
            print(f"{path}: {taken} of {total} branches are taken, not {percent} %", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())

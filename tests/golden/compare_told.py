"""Compares the logs of two runs: what was told to whom.

    compare_told.py same LOG LOG      the same entries, but for times, digests of inputs and hashes
    compare_told.py no-more LOG LOG   the second tells nothing that the first does not
"""
import csv
import sys

HERE = ("time", "run_id", "hash", "prev_hash")


def entries(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def comparable(entry):
    return {name: cell for name, cell in entry.items()
            if name not in HERE and not (name == "detail" and entry["event"] == "run")}


def told(log):
    for e in log:
        if e["event"] == "disclose":
            for ground in ("duty", "form", "consent", "requested"):
                for code in e[f"items_{ground}"].split():
                    yield e["insurer_number"], e["insured_number"], e["name_kana"], e["exam_date"], code


how, first, second = sys.argv[1], entries(sys.argv[2]), entries(sys.argv[3])
if how == "same":
    differ = [x for x, y in zip(first, second) if comparable(x) != comparable(y)]
    if differ or len(first) != len(second):
        sys.exit(f"{len(first)} and {len(second)} entries, {len(differ)} differ, the first: {differ[:1]}")
else:
    more = set(told(second)) - set(told(first))
    if more:
        sys.exit(f"told in addition: {len(more)}, {sorted(more)[:2]}")

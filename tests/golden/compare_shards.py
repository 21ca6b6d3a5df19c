"""Fails unless shard1 to shardN share the rows of whole among them, and the documents.

    compare_shards.py N
"""
import csv
import glob
import re
import sys
import zipfile


def decisions(folder):
    with open(glob.glob(folder + "/runs/*/decisions.csv")[0], encoding="utf-8-sig", newline="") as file:
        return [(r["line"], r["decision"], r["reason"], r["codes"]) for r in csv.DictReader(file)]


def documents(folder):
    """The documents of all bundles without their numbers in the bundle, by insurer."""
    found = []
    for path in glob.glob(folder + "/*.zip"):
        archive = zipfile.ZipFile(path)
        insurer = re.search(r"_(\d{8})_", path)[1]
        found += [(insurer, archive.read(name)) for name in archive.namelist() if "/DATA/" in name]
    return found


n = int(sys.argv[1])
shards = [f"shard{i + 1}" for i in range(n)]
whole, taken = decisions("whole"), []
for shard in shards:
    own = [d for d in decisions(shard) if d[2] != "other_shard"]
    if not len(whole) / n / 3 < len(own) < 3 * len(whole) / n:
        sys.exit(f"{shard} has {len(own)} of {len(whole)} rows")
    taken += own
if sorted(taken) != sorted(whole):
    sys.exit(f"{len(taken)} rows of {len(whole)}, other: {set(taken) ^ set(whole)}")
if sorted(sum(map(documents, shards), [])) != sorted(documents("whole")):
    sys.exit("other documents")
names = [path.split("/")[1] for shard in shards for path in glob.glob(shard + "/*.zip")]
if len(names) != len(set(names)) or len(names) <= n:
    sys.exit(f"names: {names}")

"""Changes every value of an export that a run withheld, and no other, into the next withheld one of its column
or into a given text. Prints how many.

    change_withheld.py EXPORT MAPPING OUTDIR NEW_EXPORT [TEXT]
"""
import csv
import glob
import sys

COLUMN = 5  # beginning of the codes that one column may fill: a flag and its text

export, mapping, out, new_export = sys.argv[1:5]
with open(mapping, encoding="utf-8-sig", newline="") as f:
    lines = (line for line in f if not line.startswith("# ") and line.strip() != "#")
    targets = {row["column"]: row["target"] for row in csv.DictReader(lines)}
with open(f"{out}/disclosure-log.csv", encoding="utf-8", newline="") as f:
    withheld = {}
    for e in csv.DictReader(f):
        told = {code[:COLUMN] for ground in ("duty", "form", "consent", "requested")
                for code in e[f"items_{ground}"].split()}
        withheld[e["bundle"], e["document"]] = {code[:COLUMN] for code in e["items_withheld"].split()} - told
with open(glob.glob(f"{out}/runs/*/decisions.csv")[0], encoding="utf-8-sig", newline="") as f:
    codes = {int(d["line"]): withheld.get((d["bundle"], d["document"]), set()) for d in csv.DictReader(f)}

with open(export, encoding="cp932", newline="") as f:
    reader = csv.reader(f)
    rows, line_of = [], []
    line = 1
    for row in reader:
        rows.append(row)
        line_of.append(line)
        line = reader.line_num + 1
people = [row[0] for row in rows]  # rows of one person must stay equal if they were
changed = 0
for i, header in enumerate(rows[0]):
    code = targets.get(header, "")
    cells = [r for r in range(1, len(rows))
             if len(code) >= 17 and people.count(people[r]) == 1 and code[:COLUMN] in codes.get(line_of[r], ()) and rows[r][i].strip()]
    values = [rows[r][i] for r in cells]
    for r, value in zip(cells, values[1:] + values[:1]):
        changed += rows[r][i] != value
        rows[r][i] = sys.argv[5] if len(sys.argv) > 5 else value
with open(new_export, "w", encoding="cp932", newline="") as f:
    csv.writer(f, lineterminator="\r\n").writerows(rows)
print(changed)

"""Fills the cells of persons in rows of rejected.csv that have none.

    mend_join.py REJECTED PERSONS >MENDED

A row that has no person gets the cells of the first one whose key its own is, zeros and an X apart.
"""
import csv
import io
import sys

with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    header, *rows = csv.reader(file)
with open(sys.argv[2], encoding="cp932", newline="") as file:
    names, *persons = csv.reader(file)
by_key = {}
for cells in persons:
    by_key.setdefault(cells[0].lstrip("0"), cells[:len(names)])
first, between = header.index(names[0]), header.index("kp_person_line")
mended = [header]
for row in rows:
    own = row[between + 1].strip().lstrip("X0")
    if row[header.index("kp_codes")] in ("K2042", "K2043", "K2044", "K2047") and own in by_key:
        row[first:between] = by_key[own]
        row[between + 1] = by_key[own][0]
        mended.append(row)
out = io.StringIO(newline="")
csv.writer(out, lineterminator="\r\n").writerows(mended)
sys.stdout.buffer.write(out.getvalue().encode())

"""Saves a CSV file as a Japanese spreadsheet does that opened it by a double click.

    excel.py FROM TO [COLUMN...]      COLUMN: formatted as text before, so that its cells stay as they are; a first one
                                      of --utf-8: saved as "CSV UTF-8", which has a byte order mark

Numbers lose leading zeros and, with more than eleven digits, all but six; dates and what looks like one change; 1-4 becomes a
day; the file is CP932 without a byte order mark, quotes stay only where they must, and every row is padded to the widest, which has
two columns more because somebody has once typed there; two rows below them were emptied, but are not gone.
"""
import csv
import re
import sys


def as_shown(cell):
    if m := re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", cell):
        return f"{int(m[1])}/{int(m[2])}/{int(m[3])}"
    if (m := re.fullmatch(r"(\d{1,2})[-/](\d{1,2})", cell)) and 1 <= int(m[1]) <= 12 and 1 <= int(m[2]) <= 31:
        return f"{int(m[1])}月{int(m[2])}日"
    if re.fullmatch(r"\d+", cell):
        return str(int(cell)) if len(cell.lstrip("0")) < 12 else f"{int(cell):.5E}".replace("E+0", "E+")
    if re.fullmatch(r"\d+\.\d+", cell):
        return cell.rstrip("0").rstrip(".")
    return cell.lower().upper() if cell.lower() in ("true", "false") else cell


source, target, *kept = sys.argv[1:]
encoding = "cp932"
if kept[:1] == ["--utf-8"]:
    encoding, kept = "utf-8-sig", kept[1:]
with open(source, "rb") as file:
    data = file.read()
try:
    text = data.decode("utf-8-sig")
except UnicodeDecodeError:
    text = data.decode("cp932")
rows = list(csv.reader(text.splitlines(keepends=True)))
head = next(row for row in rows if not row[0].startswith("#"))
texts = {head.index(name) for name in kept}
width = max(map(len, rows)) + 2
with open(target, "w", encoding=encoding, newline="", errors="replace") as file:
    for row in rows:
        cells = [cell if i in texts else as_shown(cell) for i, cell in enumerate(row)]
        csv.writer(file, lineterminator="\r\n").writerow(cells + [""] * (width - len(cells)))
    for _ in range(2):
        csv.writer(file, lineterminator="\r\n").writerow([""] * width)

"""Searches files for values of an export where only its headers may appear.

    find_values.py EXPORT HEADER_ROWS FILE...

Searches each FILE, outside the headers, for every cell of the data rows with four characters or more, as written and in the
other widths; not for cells that are also a header or have fewer than five plain letters or digits. Letters, digits and the
signs of numbers and dates count only as a separate word. Exit 1 names the column and the row.
"""
import csv, io, re, sys, unicodedata


def spellings(value):
    folded = unicodedata.normalize("NFKC", value)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in folded)
    every = {value.strip(), folded, wide}
    every |= {re.sub(r"\s", "", v) for v in every} | {re.sub(r"[\r\n]+", " ", v) for v in every}
    every = {v for v in every if len(v) >= 4 and not (len(v) < 5 and v.isascii() and v.isalnum())}
    return {v for v in every if set(v) - set("9-/.:,")}  # 99.9 is a pattern, too


with open(sys.argv[1], "rb") as file:
    raw = file.read()
try:
    text = raw.decode("utf-8-sig")
except UnicodeDecodeError:
    text = raw.decode("cp932")
lines = io.StringIO(text, newline="")
rows = [r for r in csv.reader(lines, delimiter="\t" if "\t" in text.split("\n")[0] else ",") if r and r[0][:1] != "#"]
names = int(sys.argv[2])
headers = {spelling for row in rows[:names] for h in row for spelling in (h, unicodedata.normalize("NFKC", h))}
texts, words = {}, {}
for number, row in enumerate(rows[names:], 1):
    for column, value in enumerate(row, 1):
        if unicodedata.normalize("NFKC", value) not in headers:
            for v in spellings(value):
                (words if v.isascii() else texts).setdefault(v, (number, column))
found = []
for path in sys.argv[3:]:
    with open(path, encoding="utf-8") as file:
        content = file.read()
    for header in sorted(headers, key=len, reverse=True):
        content = content.replace(header, "|") if len(header) > 1 else content
    found += [(path,) + where for v, where in texts.items() if v in content]
    found += [(path,) + where for v, where in words.items()
              if v in content and re.search("(?<![0-9A-Za-z.])" + re.escape(v) + "(?![0-9A-Za-z.])", content)]
if not texts or not words or found:
    shown = ["%s: column %d of data row %d" % (path, column, number) for path, number, column in found[:20]]
    sys.exit("\n".join(shown) or "nothing to look for")

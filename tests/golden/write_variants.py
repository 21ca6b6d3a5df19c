"""Writes an export in every encoding, with every line end and delimiter.

    write_variants.py EXPORT FOLDER

Writes FOLDER/ENCODING_END_DELIMITER/EXPORT. Line ends inside cells stay the same.
"""
import csv, os, sys

ENCODINGS = {"cp932": (b"", "cp932"), "utf8": (b"", "utf-8"), "utf8mark": (b"\xef\xbb\xbf", "utf-8"),
             "utf16le": (b"\xff\xfe", "utf-16-le"), "utf16be": (b"\xfe\xff", "utf-16-be")}
ENDS = {"crlf": "\r\n", "lf": "\n", "cr": "\r"}
DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";"}


def written(cell, delimiter):
    return '"%s"' % cell.replace('"', '""') if set(cell) & {delimiter, '"', "\r", "\n"} else cell


with open(sys.argv[1], "rb") as file:
    raw = file.read()
try:
    text = raw.decode("utf-8-sig")
except UnicodeDecodeError:
    text = raw.decode("cp932")
rows = list(csv.reader(text.splitlines(True)))
for encoding, (mark, codec) in ENCODINGS.items():
    for end, line_end in ENDS.items():
        for name, delimiter in DELIMITERS.items():
            folder = os.path.join(sys.argv[2], "%s_%s_%s" % (encoding, end, name))
            os.makedirs(folder, exist_ok=True)
            lines = "".join(delimiter.join(written(c, delimiter) for c in row) + line_end for row in rows)
            with open(os.path.join(folder, os.path.basename(sys.argv[1])), "wb") as file:
                file.write(mark + lines.encode(codec))

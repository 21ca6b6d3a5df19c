"""Writes an export of many people as one file and as two to be joined, into the current folder.

    write_join.py EXPORT EXPECTED PEOPLE

one.csv       the rows that can be released, in the order of results.csv
persons.csv   CP932; some people have no results, some share a key
results.csv   UTF-8 with tabs, shuffled: repeated examinations, keys in full width, keys without a person,
              without zeros, empty or of two people, contradictions
cases.csv     line of results.csv or persons.csv, code, line of persons.csv that the message names
"""
import csv
import io
import random
import sys

PEOPLE = int(sys.argv[3])
PERSON = ["社員番号", "保険者番号", "保険記号", "保険番号", "保険枝番", "カナ氏名", "氏名", "性別", "生年月日", "郵便番号", "住所",
          "資格取得日", "資格喪失日"]
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリル"
WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
draw = random.Random(42)

with open(sys.argv[1], encoding="cp932", newline="") as file:
    HEADER, *rows = csv.reader(file)
with open(sys.argv[2], encoding="utf-8", newline="") as file:
    released = {int(row["line"]) for row in csv.DictReader(file) if row["decision"] == "released"}
TEMPLATES = [row for line, row in enumerate(rows, 2)
             if line in released and len(row) == len(HEADER) and not row[1].startswith("39")]
RESULT = [name for name in HEADER if name not in PERSON]


def write(name, lines, encoding, delimiter=","):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    with open(name, "wb") as file:
        file.write(out.getvalue().encode(encoding))


def numbered(lines):
    """Yields each row with its physical line: cells may contain line ends."""
    line = 2
    for cells in lines:
        yield line, cells
        line += 1 + sum(cell.count("\n") for cell in cells)


def kana(number):
    text = ""
    while number or not text:
        number, digit = divmod(number, len(KANA))
        text += KANA[digit]
    return "ケンポ " + text


def person_of(i):
    row = dict(zip(HEADER, TEMPLATES[i % len(TEMPLATES)]))
    row.update({"社員番号": f"{i:07}", "保険番号": f"{1000 + i:04}", "保険枝番": "00", "カナ氏名": kana(i)})
    return row


def result(row, key, birth=None):
    return [key, birth or row["生年月日"]] + [row[name] for name in RESULT]


def whole(row):
    return [row[name] for name in PERSON + RESULT]


people = [person_of(i) for i in range(PEOPLE)]
persons = [[row[name] for name in PERSON] for row in people]
line_of = {row["社員番号"]: line for line, row in enumerate(people, 2)}
results = []  # cells, row of the one file or None, code, line of persons.csv
for i, row in enumerate(people):
    key = row["社員番号"]
    if i % 100 == 7:
        continue  # no results
    if i % 400 == 11:
        twin = list(persons[i])
        twin[PERSON.index("カナ氏名")] = "ベツノ ヒト"
        persons.append(twin)
        results.append((result(row, key), None, "K2044", line_of[key]))
    elif i % 400 == 12:
        results.append((result(row, key.lstrip("0")), None, "K2043", line_of[key]))
    elif i % 400 == 13:
        results.append((result(row, "X" + key), None, "K2042", ""))
    elif i % 400 == 14:
        results.append((result(row, "　"), None, "K2045", ""))
    elif i % 400 == 15:
        results.append((result(row, key, "1950/01/02"), None, "K2046", line_of[key]))
    elif i % 400 == 16:
        persons[i].append("too many")
        results.append((result(row, key), None, "K2047", line_of[key]))
    else:
        results.append((result(row, f" {key.translate(WIDE_DIGITS)} " if i % 9 == 0 else key), row, "", ""))
        if i % 50 == 3:
            again = dict(row)
            again["健診実施日"] = "2025/09/30"
            results.append((result(again, key), again, "", ""))
draw.shuffle(results)
used = {cells[0].translate({v: k for k, v in WIDE_DIGITS.items()}).strip() for cells, *_ in results}
places = [line for line, _ in numbered([cells for cells, *_ in results])]
cases = [(f"results.csv:{line}", code, other) for line, (_, _, code, other) in zip(places, results) if code]
cases += [(f"persons.csv:{line}", "K2048", "") for line, cells in enumerate(persons, 2) if cells[0] not in used]
write("one.csv", [PERSON + RESULT] + [whole(row) for _, row, *_ in results if row], "utf-8")
write("persons.csv", [PERSON] + persons, "cp932")
write("results.csv", [["社員番号", "生年月日"] + RESULT] + [cells for cells, *_ in results], "utf-8-sig", "\t")
write("cases.csv", [["place", "code", "other"]] + cases, "utf-8")

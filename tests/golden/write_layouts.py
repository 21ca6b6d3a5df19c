"""Writes an export in the layouts of vendors and spreadsheets, into the current folder.

    write_layouts.py EXPORT
"""
import csv
import datetime
import io
import sys

with open(sys.argv[1], encoding="cp932", newline="") as file:
    HEADER, *ROWS = csv.reader(file)
ROWS = [row for row in ROWS if len(row) == len(HEADER)]
WIDE = len(HEADER)


def at(name):
    return HEADER.index(name)


def write(name, rows, encoding="utf-8", delimiter=","):
    out = io.StringIO(newline="")
    for row in rows:
        if isinstance(row, str):
            out.write(row + "\r\n")
        else:
            csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(row)
    with open(name, "wb") as file:
        file.write(out.getvalue().encode(encoding))


def padded(*cells):
    return list(cells) + [""] * (WIDE - len(cells))


def with_parts(parts, values):
    """Adds two columns after each of these, named in a second header row."""
    first, second, rows = [], [], [[] for _ in ROWS]
    for i, name in enumerate(HEADER):
        more = name in parts
        first += [name] + ["", ""] * more
        second += ["値", "判定", "単位"] if more else [""]
        for row, out in zip(ROWS, rows):
            out += [row[i]] + (values if row[i] else ["", ""]) * more
    return [first, second] + rows


def headless(row):
    """Returns the row without anything that looks like a date."""
    row = list(row)
    for name in ("生年月日", "健診実施日"):
        row[at(name)] = str((datetime.date(2025, 6, 10) - datetime.date(1899, 12, 30)).days)
    for name in ("資格取得日", "資格喪失日"):
        row[at(name)] = ""
    return row


def in_mmol(row):
    value = row[at("空腹時血糖")]
    number = value.isascii() and value.isdigit()
    row = list(row)
    row[at("空腹時血糖")] = f"{int(value) / 18.016:.3f}" if number else value
    return row + ["mmol/L" if number else ""]


write("plain.csv", [HEADER] + ROWS)
write("titles.csv", ["健康診断結果一覧", padded("出力日：2025/12/01", "", "事業所：架空精機"), padded(), HEADER] + ROWS)
write("dated.csv", [padded("健診結果", "作成日", "2025/12/01", "件数", "222"), HEADER] + ROWS)
write("tabs.csv", ["健康診断結果一覧", HEADER] + ROWS, "utf-16", "\t")
write("groups.csv", ["一覧", padded("基本", "保険", "", "", "", "氏名・住所", *[""] * 14, "身体計測"), HEADER] + ROWS)
write("person_above.csv", [ROWS[0], HEADER] + ROWS[1:])
write("sparse_person_above.csv", [padded(*ROWS[0][:12]), HEADER] + ROWS[1:])
write("parts.csv", with_parts(("身長", "体重", "尿酸"), ["Ｂ", ""]))
write("unknown.csv", ["一覧", [f"甲{i}" for i in range(WIDE)]] + ROWS)
write("empty_rows.csv", [HEADER] + ROWS[:5] + [padded()] + ROWS[5:] + [padded(" ")] * 3 + ["   "])
write("headless.csv", [headless(row) for row in ROWS])
write("units.csv", [HEADER + ["空腹時血糖（単位）"]] + [in_mmol(row) for row in ROWS])
write("bad_unit.csv", [HEADER + ["身長単位"], ROWS[0] + ["kg"]])
write("long.csv", [HEADER, [cell if name != "心電図所見1" else "あ" * 150000 for name, cell in zip(HEADER, ROWS[0])]])
write("one_item_a_row.csv", [HEADER[:20] + ["検査項目", "結果"]] +
      [row[:20] + [name, row[at(name)]] for row in ROWS[:9] for name in ("身長", "体重")])
targets = {"社員番号": "employee_id", "保険者番号": "insurer_number", "保険記号": "insured_symbol", "保険番号": "insured_number",
           "カナ氏名": "name_kana", "性別": "sex", "生年月日": "birth_date", "郵便番号": "postal_code", "住所": "address",
           "健診実施日": "exam_date", "健診機関番号": "facility_number", "健診機関名称": "facility_name"}
for name, excel in (("numbers.map", "excel"), ("known.map", "")):
    write(name, [["column", "target", "unit", "values"]] +
          [[f"#{at(h) + 1}" if excel else f"甲{at(h)}", field, excel if field.endswith("_date") else "", ""]
           for h, field in targets.items()])
front = with_parts(("氏名",), ["", ""])
write("own_names.map", [["column", "target", "unit", "values"]] +
      [[f"#{front[0].index(h) + 1}", field, "", ""] for h, field in targets.items()] +
      [[f"#{front[0].index('身長') + 1}", "9N001000000000001", "", ""]])
write("own_names.csv", [[h and "甲" + h for h in front[0]]] + front[1:])


def only(**cells):
    """A row with only these cells."""
    return [cells.get(name, "") for name in HEADER]


def changed(row, **cells):
    return [cells.get(name, cell) for name, cell in zip(HEADER, row)]


C2XDTBL = [["FILENO", "COLNO", "CODE"]] + [["1", str(at(h) + 1), field] for h, field in targets.items()]
half = [h if h in ("性別", "生年月日") else f"甲{i}" for i, h in enumerate(HEADER)]
write("c2xdtbl.csv", C2XDTBL)
write("words_first.csv", [HEADER, only(自覚症状="特記事項なし", 尿糖="(-)")] + ROWS)
write("code_first.csv", [HEADER, changed(ROWS[0], 業務歴="9A751000000000001")] + ROWS[1:])
write("half_named.csv", [half, only(カナ氏名="ﾔﾏﾀﾞ ﾀﾛｳ", 既往歴="高血圧")] + ROWS)
write("undated.csv", ["一覧", changed(headless(ROWS[0]), 生年月日="", 健診実施日="", 性別="1", 郵便番号="")] + ROWS[1:])
in_si = [in_mmol(row) for row in ROWS]
for name, unit in (("units_below.csv", "mmol/L"), ("units_in_brackets.csv", "［mmol/L］")):
    write(name, [HEADER, only(空腹時血糖=unit, 身長="（cm）")] + [row[:-1] for row in in_si])
write("units_differ.csv", [changed(HEADER, 空腹時血糖="空腹時血糖(mmol/L)"), only(空腹時血糖="mg/dL", 身長="cm")] + ROWS)
MANY = 4000
write("many.csv", [[f"丙{i}" for i in range(MANY)]] + [row + [""] * (MANY - WIDE) for row in ROWS[:3]])
write("many.map", [["column", "target", "unit", "values"]] +
      [[f"#{at(h) + 1}", field, "", ""] for h, field in targets.items()] +
      [[f"#{i}", "ignore", "", ""] for i in range(WIDE + 1, MANY + 1)])

"""Searches files for personal data of an export.

    find_secrets.py EXPORT FILE...

EXPORT is in UTF-8. Searches each FILE for the names in every width, insured numbers, birth dates, addresses, findings and
measured numbers of every row; exit 1 names the column and the row.
"""
import csv, re, sys, unicodedata

TEXTS = ["カナ氏名", "氏名", "住所", "業務歴", "既往歴", "自覚症状", "他覚症状", "胸部Ｘ線所見", "心電図所見1", "健診判定医"]
WORDS = ["保険番号", "生年月日", "郵便番号", "身長", "体重", "ＢＭＩ", "腹囲", "総合判定", "ＨＤＬｺﾚｽﾃﾛｰﾙ", "ｅＧＦＲ"]
COMMON = {"", "特になし", "特記事項なし", "異常なし", "異常所見なし", "所見なし", "正常", "未実施", "測定不能", "あり", "なし"}


def spellings(value):
    folded = unicodedata.normalize("NFKC", value)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in folded)
    every = {value, folded, wide}
    every |= {re.sub(r"\s", "", v) for v in every} | {re.sub(r"[\r\n]+", " ", v) for v in every}
    return {v for v in every if len(v) > 1}


texts, words = {}, {}
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    rows = csv.DictReader(file)
    headers = "\n".join(v for header in rows.fieldnames for v in spellings(header))  # messages name headers
    for number, row in enumerate(rows, 1):
        for column in TEXTS:
            for v in spellings(row[column] or "") if row[column] not in COMMON else ():
                if v not in headers:
                    texts.setdefault(v, (number, column))
        for column in WORDS:
            for v in spellings(row[column] or "") if row[column] not in COMMON else ():
                if len(v) > 3 or not v.isascii() or not v.isdigit():
                    words.setdefault(v, (number, column))
found = []
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        lines = {re.sub(r"^[^:,]*[:,][0-9]+[:,]", "", line) for line in file}  # notes repeat, so equal lines are searched once
    content = "".join(lines)
    found += [(path,) + where for v, where in texts.items() if v in content]
    tokens = set(re.split(r"[\s,;:()\[\]{}\"'<>/=]+", content))
    found += [(path,) + where for v, where in words.items() if v in tokens]
if not texts or not words or found:
    lines = ["%s: column %s of data row %d" % (path, column, number) for path, number, column in found[:20]]
    sys.exit("\n".join(lines) or "nothing to look for")

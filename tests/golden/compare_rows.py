"""Compares every document with its row of the export, independently of the program.

    compare_rows.py EXPORT DECISIONS DOCUMENTS

EXPORT is the CP932 export, DECISIONS the run's decisions.csv, DOCUMENTS the folder with the unpacked bundles. Compares the
person, the facility and every plain number; numbers as numbers, texts after NFKC.
"""
import csv, os, re, sys, unicodedata
import xml.etree.ElementTree as ET

NUMBERS = {"身長": "9N001000000000001", "体重": "9N006000000000001", "ＢＭＩ": "9N011000000000001",
           "腹囲": "9N016160100000001", "1回目 収縮期": "9A751000000000001", "1回目 拡張期": "9A761000000000001",
           "2回目 収縮期": "9A752000000000001", "2回目 拡張期": "9A762000000000001",
           "空腹時中性脂肪": "3F015000002327101", "随時中性脂肪": "3F015129902327101",
           "ＨＤＬｺﾚｽﾃﾛｰﾙ": "3F070000002327101", "ＬＤＬ－コレステロール": "3F077000002327101",
           "ＡＳＴ（ＧＯＴ）": "3B035000002327201", "ALT（GPT）": "3B045000002327201", "γ-ＧＴＰ": "3B090000002327101",
           "ｸﾚｱﾁﾆﾝ": "3C015000002327101", "ｅＧＦＲ": "8A065000002391901", "空腹時血糖": "3D010000001927201",
           "HbA1c（NGSP)": "3D046000001920402", "赤血球数": "2A020000001930101", "ﾍﾓｸﾞﾛﾋﾞﾝ": "2A030000001930101"}
TEXTS = {"既往歴": "9N056160400000049", "自覚症状": "9N061160800000049", "他覚症状": "9N066160800000049",
         "総合判定": "9N511000000000049"}
NOTHING = {"", "特になし", "特記事項なし", "異常なし", "異常所見なし", "所見なし", "未実施"}
V3, TYPE = "{urn:hl7-org:v3}", "{http://www.w3.org/2001/XMLSchema-instance}type"


def plain(text):
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def rows_by_line(path):
    with open(path, encoding="cp932", newline="") as file:
        reader, line = csv.reader(file), 1
        header = next(reader)
        for row in reader:
            first, line = line + 1, reader.line_num
            yield first, dict(zip(header, row))


def values_of(root):
    found = {}
    for o in root.iter(V3 + "observation"):
        found[o.find(V3 + "code").get("code")] = o.findall(V3 + "value")
    return found


def faults(row, root, consent_only):
    ids = {i.get("root").rsplit(".", 1)[1]: i.get("extension") for i in root.find(".//" + V3 + "patientRole")
           if i.tag == V3 + "id"}
    role = root.find(".//" + V3 + "patientRole")
    performer = root.find(".//" + V3 + "performer//" + V3 + "representedOrganization")
    post = role.find(".//" + V3 + "postalCode")
    pairs = {
        "insurer": (plain(row["保険者番号"]).zfill(8), ids["101"]),
        "symbol": (plain(row["保険記号"]), plain(ids.get("204", ""))),
        "number": (plain(row["保険番号"]), plain(ids["205"])),
        "branch": (row["保険枝番"].zfill(2) if row["保険枝番"] else "", ids.get("211", "")),
        "kana": (plain(row["カナ氏名"]), plain(role.find(V3 + "patient/" + V3 + "name").text)),
        "sex": ("1" if row["性別"] in ("男", "男性", "1", "M") else "2",
                role.find(".//" + V3 + "administrativeGenderCode").get("code")),
        "postal code": (plain(row["郵便番号"]).replace("-", ""), post.text.replace("-", "")),
        "address": (plain(row["住所"]), plain(post.tail)),
        "facility": (plain(row["健診機関番号"]), performer.find(V3 + "id").get("extension")),
        "phone": ("tel:" + re.sub(r"\D", "", plain(row["健診機関電話番号"])), performer.find(V3 + "telecom").get("value")),
        "facility name": (plain(row["健診機関名称"]), plain(performer.find(V3 + "name").text))}
    values = values_of(root)
    if row["2回目 収縮期"] and row["2回目 拡張期"]:  # a document has one blood pressure: the second if it is complete
        pairs["one blood pressure"] = (False, any(NUMBERS["1回目 " + of] in values for of in ("収縮期", "拡張期")))
        row = {**row, "1回目 収縮期": "", "1回目 拡張期": ""}
    for column, code in NUMBERS.items():
        digits = re.match(r"[0-9.]+", plain(row[column]).replace(",", ""))
        if digits and (code in values or not consent_only):
            quantity = [v.get("value") for v in values.get(code, []) if v.get(TYPE) == "PQ"]
            pairs[column] = (float(digits.group()), float(quantity[0]) if quantity else None)
    for column, code in TEXTS.items():
        if plain(row[column]) not in NOTHING and (code in values or not consent_only):
            pairs[column] = (plain(row[column]), plain(values[code][0].text) if code in values else None)
    return [name for name, (source, document) in pairs.items() if source != document]


rows, checked, wrong = dict(rows_by_line(sys.argv[1])), 0, []
with open(sys.argv[2], encoding="utf-8-sig", newline="") as file:
    for d in csv.DictReader(file):
        if d["decision"] != "released":
            continue
        path = os.path.join(sys.argv[3], d["bundle"][:-4], "DATA", d["document"])
        found = faults(rows[int(d["line"])], ET.parse(path).getroot(), d["basis_id"] == "consent")
        wrong += ["line %s: %s" % (d["line"], ", ".join(found))] if found else []
        checked += 1
if wrong or not checked:
    sys.exit("\n".join(wrong) or "nothing to compare")

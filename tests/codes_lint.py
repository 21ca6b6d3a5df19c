"""Compares the catalogue of diagnostics, tests/codes.csv and the code, in both directions.

    codes_lint.py       run in the top folder

Every code is raised in src, has both languages and a remedy, and a row in tests/codes.csv: with a case that raises it and one
that does not (column "how": row, shell, damage), with the test program that raises it (test), or with the reason why nothing
does (guard). lint.py runs this script.
"""
import csv, glob, os, re, sys


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def japanese(text):
    return re.search("[\u3040-\u30ff\u4e00-\u9fff]", text)


faults = []
catalogue, cases = rows("schemas/messages.csv"), rows("tests/codes.csv")
sources = "".join(open(path, encoding="utf-8").read() for path in glob.glob("src/*/*.c"))
raised = set(re.findall(r"KP_K_([A-Z0-9_]+)", sources))
damages = {d["case"]: d for d in rows("tests/golden/damage_cases.csv")}
known, named = {m["code"]: m for m in catalogue}, [c["code"] for c in cases]
for m in catalogue:
    code = m["code"]
    if None in m or None in m.values():
        faults.append(f"{code} has too many cells, or too few: is a comma unquoted?")
        continue
    if m["name"].upper() not in raised:
        faults.append(f"{code} {m['name']} is never raised")
    if not m["text_en"] or japanese(m["text_en"]) or not m["remedy_en"]:
        faults.append(f"{code} lacks an English text or remedy")
    if not japanese(m["text_ja"]) or not japanese(m["remedy_ja"]):
        faults.append(f"{code} lacks a Japanese text or remedy")
    if named.count(code) != 1:
        faults.append(f"{code} {m['name']} has {named.count(code)} rows in tests/codes.csv")
for name in sorted(raised - {m["name"].upper() for m in catalogue}):
    faults.append(f"KP_K_{name} is not in the catalogue")
for c in cases:
    code, how = c["code"], c["how"].split(" ")[0]
    if code not in known:
        faults.append(f"tests/codes.csv: {code} is not in the catalogue")
    elif how in ("row", "shell") and (not c["bad"] or (how == "shell" and not c["good"]) or c["bad"] == c["good"]):
        faults.append(f"tests/codes.csv: {code} lacks a bad case or a good one")
    elif how == "test":
        text = open(c["test"], encoding="utf-8").read() if os.path.exists(c["test"]) else ""
        if not re.search(rf"\bK?{code[1:]}\b|KP_K_{known[code]['name'].upper()}\b", text):
            faults.append(f"tests/codes.csv: {c['test']} does not mention {code}")
    elif how == "damage":
        bad, good = damages.get(c["bad"]), damages.get(c["good"])
        if not bad or code not in bad["codes"].split():
            faults.append(f"tests/codes.csv: {code}: no case {c['bad']} of damage_cases.csv expects it")
        if not good or good["exit"] != "0" or good["only"] != "yes" or code in good["codes"].split():
            faults.append(f"tests/codes.csv: {code}: {c['good']} is not a sound case of damage_cases.csv")
    elif how == "guard" and not c["test"]:
        faults.append(f"tests/codes.csv: {code} is a guard without a reason")
    elif how not in ("row", "shell", "test", "guard"):
        faults.append(f"tests/codes.csv: {code}: how is row, shell, damage, test or guard, not {how}")
described = {(p["code"], p["which"]) for p in rows("schemas/placeholders.csv")}
for m in catalogue:
    for which in sorted(set(re.findall(r"\{([123])\}", " ".join(m[k] for k in m if k.startswith(("text", "remedy")))))):
        if (m["code"], which) not in described:
            faults.append(f"schemas/placeholders.csv does not say what {{{which}}} of {m['code']} stands for")
# Phrases that are arguments of a diagnostic need Japanese words.
terms = {t["id"] for t in rows("schemas/terms.csv") if t["kind"] == "detail"}
call = r"(?:kp_table_bad|kp_mapping_row_bad|row_bad|kp_register_bad|kp_register_missing|bad_value|value_bad)\((?:[^;]*?)\)(?:;|\n)"
for text in re.findall(call, sources):
    for phrase in re.findall(r'"((?:[^"\\]|\\.)*)"', text):
        phrase = phrase.replace('\\"', '"')
        if re.search("[a-z] [a-z]", phrase) and phrase not in terms:
            faults.append(f"schemas/terms.csv lacks the phrase: {phrase}")
for fault in faults:
    print("check:", fault, file=sys.stderr)
sys.exit(1 if faults else 0)

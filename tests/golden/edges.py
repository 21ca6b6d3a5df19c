"""Rows at the limits of what a document can contain.

    edges.py            run in an empty folder

Each case is a row of an export with a few cells changed. The row must be released and pass `verify --log`, or be stopped by
the diagnostic named in the case.
"""
import csv
import glob
import os
import subprocess

PROGRAM = os.environ["KENPORTER"]
BASE = {"employee_id": "E1", "insurer_number": "06139463", "insured_symbol": "12", "insured_number": "6414",
        "name_kana": "ケンポハナコ", "sex": "2", "birth_date": "1975-03-31", "postal_code": "716-0070",
        "address": "京都府花咲市北町１", "exam_date": "2025-07-03", "facility_number": "2819902251",
        "facility_name": "若葉クリニック", "9N001000000000001": "160.0"}
INSURERS = ("insurer_number,name,address,representative,scheme,sender_number,interaction_type,service_event,report_40to74,"
            "programme_40to74,report_under40,programme_under40,section_under40,symbol_width\n"
            "06139463,組合,兵庫県,理事長,,,,,,,,,,%s\n")
REQUESTS = ("request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,withdrawn_on,note\n"
            "R1,06139463,2026-01-15,elderly_act health_act,,,all,%s,,,\n")
CONSENTS = ("consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,items,kind,"
            "given_on,withdrawn_on,evidence\n")
CONFIG = ("[sender]\nnumber = 6631111116\nname = 架空\n[registers]\nrequests = requests.csv\nconsents = consents.csv\n"
          "insurers = insurers.csv\n[policy]\nrequested_items = release\n")
SIGHT = "9E160162100000001"
HEIGHT, OPINION, OPINION_DOCTOR = "9N001000000000001", "9N521000000000049", "9N526000000000049"
DIAGNOSIS, DIAGNOSIS_DOCTOR = "9N511000000000049", "9N516000000000049"
REQUIRED = ["name_kana", "address", "postal_code", "sex", "birth_date", "exam_date", "insurer_number", "insured_number",
            "facility_number", "facility_name"]
# changed cells; the code that stops the row, "" if it is released; symbol_width; items requested; items consented to
# A dash means "no value", but never in the number of a card; an institution's name can be looked up.
CASES = [({field: dash}, {"insured_number": "K4008", "facility_name": "K4053"}.get(field, "K4001"), "", "", "")
         for field in REQUIRED for dash in ("-", "－")]
CASES += [
    ({}, "", "", "", ""),
    ({HEIGHT + ".low": "180", HEIGHT + ".high": "150"}, "", "", "", ""),
    ({HEIGHT + ".low": "-5", HEIGHT + ".high": "150"}, "", "", "", ""),
    ({HEIGHT + ".low": "100", HEIGHT + ".high": "999999999999"}, "", "", "", ""),
    ({HEIGHT: "95以上"}, "K4051", "", "", ""),
    ({HEIGHT: "<260"}, "K4051", "", "", ""),
    ({DIAGNOSIS: "未実施", DIAGNOSIS_DOCTOR: "未実施"}, "", "", "", ""),
    ({OPINION: "要観察です", OPINION_DOCTOR: "医師　太郎"}, "", "", "", OPINION),
    ({OPINION: "要観察です", OPINION_DOCTOR: "医師　太郎"}, "", "", "", OPINION_DOCTOR),
    ({OPINION: "要観察です", OPINION_DOCTOR: "医師　太郎", "birth_date": "1990-05-05"}, "", "", OPINION, ""),
    ({"9N581161300000011": "未実施", "9N581161400000049": "要観察です", "9N586000000000049": "医師　太郎"}, "", "", "",
     "9N581161300000011 9N586000000000049"),
    ({"insured_symbol": "１２－ア"}, "", "half", "", ""),
    ({"insured_symbol": "㈱１"}, "K4008", "half", "", ""),
    ({"insured_symbol": "健１"}, "", "half", "", ""),
    ({"insured_symbol": "ABC-1"}, "", "full", "", ""),
    ({"facility_postal_code": "651-0298"}, "", "", "", ""),
    # Whether an item may go out is decided before its value is judged.
    ({SIGHT: "abc"}, "", "", "", ""),
    ({SIGHT: "abc"}, "K4022", "", "", SIGHT),
    ({SIGHT: "abc"}, "K4022", "", "", "other"),
    ({SIGHT: "abc", HEIGHT: "abc"}, "K4022", "", "", ""),
    ({SIGHT: "abc", "sex": "?"}, "K4011", "", "", ""),
    ({"9N051000000000049": "職歴\U0001F600"}, "", "", "", ""),
    ({"ticket_number": "12345678901", "ticket_expires": "1999-03-31"}, "", "", "", ""),
    ({"ticket_number": "12345678901", "ticket_expires": "2026-03-31"}, "", "", "", ""),
]


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=600)


for number, (changes, stopped_by, width, requested, consented) in enumerate(CASES):
    home = f"case{number}"
    os.mkdir(home)
    os.chdir(home)
    row = BASE | changes
    with open("export.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([row.keys(), row.values()])
    write("insurers.csv", INSURERS % width)
    write("requests.csv", REQUESTS % requested)
    write("consents.csv", CONSENTS + (f"C1,E1,,,,,*,{consented},explicit,2025-08-01,,\n" if consented else ""))
    write("kenporter.ini", CONFIG)
    result = run("export", "-c", "kenporter.ini", "--as-of", "2026-04-01", "--backdate", "test", "export.csv")
    bundles = glob.glob("out/*.zip")
    if stopped_by:
        assert not bundles and f"reject {stopped_by}" in result.stderr, (changes, stopped_by, result.stderr)
    else:
        assert len(bundles) == 1, (changes, result.stderr)
        verdict = run("verify", "--log", "out/disclosure-log.csv", bundles[0])
        assert verdict.returncode == 0, (changes, verdict.stderr)
    os.chdir("..")

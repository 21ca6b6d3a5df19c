"""Looks up in the released documents what values.csv says they contain, independently of the program.

    compare_values.py VALUES FILE DECISIONS OUT

VALUES is values.csv, FILE the name of the export in it, DECISIONS the run's decisions.csv, OUT the folder with the bundles.
CODE.flag, CODE.low and CODE.high are an item's mark and reference range. An empty value is one that no document may contain. Prints how many values of released rows it looked up; exit 1 names file, line, item and the difference.
"""
import csv, os, sys, zipfile
import xml.etree.ElementTree as ET

V3, TYPE = "{urn:hl7-org:v3}", "{http://www.w3.org/2001/XMLSchema-instance}type"
DOCTOR = "9N516000000000049"  # the author of the judgement
IDS = {"insurer_number": "101", "insured_symbol": "204", "insured_number": "205", "insured_branch": "211"}


def header_of(root):
    role, service = root.find(".//" + V3 + "patientRole"), root.find(".//" + V3 + "serviceEvent")
    facility, post = service.find(".//" + V3 + "representedOrganization"), role.find(".//" + V3 + "postalCode")
    ids = {i.get("root").rsplit(".", 1)[1]: i.get("extension") for i in role.findall(V3 + "id")}
    found = {name: ids.get(last) for name, last in IDS.items()}
    found.update(name_kana=role.findtext(".//" + V3 + "name"), postal_code=post.text, address=post.tail,
                 sex=role.find(".//" + V3 + "administrativeGenderCode").get("code"),
                 birth_date=role.find(".//" + V3 + "birthTime").get("value"),
                 exam_date=service.find(V3 + "effectiveTime").get("value"),
                 facility_number=facility.find(V3 + "id").get("extension"), facility_name=facility.findtext(V3 + "name"))
    return found


def items_of(root):
    found = {}
    for o in root.iter(V3 + "observation"):
        for value in o.findall(V3 + "value"):
            kind, code = value.get(TYPE), o.find(V3 + "code").get("code")
            found.setdefault(code, []).append(value.text if kind == "ST" else value.get("value" if kind == "PQ" else "code"))
        code = o.find(V3 + "code").get("code")
        for mark in o.findall(V3 + "interpretationCode"):
            found.setdefault(code + ".flag", []).append(mark.get("code"))
        for end in ("low", "high"):
            for limit in o.findall(V3 + "referenceRange//" + V3 + end):
                found.setdefault("%s.%s" % (code, end), []).append(limit.get("value"))
        doctor = o.findtext(V3 + "author//" + V3 + "assignedPerson/" + V3 + "name")
        if doctor:
            found.setdefault(DOCTOR, []).append(doctor)
    return found


with open(sys.argv[3], encoding="utf-8-sig", newline="") as file:
    released = {d["line"]: d for d in csv.DictReader(file) if d["decision"] == "released"}
documents, looked_up, wrong = {}, 0, []
with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    for row in csv.DictReader(file):
        line, name = row["line"], row["item_code_or_field"]
        if row["file"] != sys.argv[2] or line not in released:
            continue
        if line not in documents:
            bundle, document = released[line]["bundle"], released[line]["document"]
            with zipfile.ZipFile(os.path.join(sys.argv[4], bundle)) as archive:
                documents[line] = ET.fromstring(archive.read("%s/DATA/%s" % (bundle[:-4], document)))
        root = documents[line]
        found = items_of(root).get(name, []) if name[0].isdigit() else [header_of(root)[name]]
        looked_up += 1
        if found != ([row["expected"]] if row["expected"] else []):
            wrong.append("%s:%s: %s is %r, expected %r" % (row["file"], line, name, found, row["expected"]))
print(looked_up)
if wrong or not looked_up:
    sys.exit("\n".join(wrong) or "nothing to look up")

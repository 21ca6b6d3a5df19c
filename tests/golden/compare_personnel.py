"""Fails unless a document of completed/ has the insured data of an employee as master.csv gives them.

    compare_personnel.py EMPLOYEE_ID
"""
import csv
import glob
import sys
import unicodedata
import xml.etree.ElementTree as tree
import zipfile

n = {"c": "urn:hl7-org:v3"}
with open("master.csv", encoding="cp932", newline="") as file:
    row = next(r for r in csv.DictReader(file) if r["社員番号"] == sys.argv[1])
archive = zipfile.ZipFile(glob.glob("completed/*.zip")[0])
roles = [tree.fromstring(archive.read(name)).find(".//c:patientRole", n)
         for name in archive.namelist() if "/DATA/" in name]
for role in roles:
    ids = {i.get("root").rsplit(".", 1)[1]: i.get("extension") for i in role.findall("c:id", n)}
    if ids["205"] == row["保険証番号"]:
        break
else:
    sys.exit("no such document")
year, month, day = row["生年月日"].split("/")
address = "".join(role.find("c:addr", n).itertext())
wanted = {
    "ids": (ids, {"101": row["保険者番号"], "204": row["保険証記号"], "205": row["保険証番号"], "206": "1", "211": row["枝番"]}),
    "postal code": (role.find(".//c:postalCode", n).text, row["郵便番号"]),
    "address": (unicodedata.normalize("NFKC", address.removeprefix(row["郵便番号"])).replace("\u2212", "-"), row["住所"]),
    "birth date": (role.find(".//c:birthTime", n).get("value"), f"{year}{int(month):02}{int(day):02}"),
    "sex": (role.find(".//c:administrativeGenderCode", n).get("code"), {"男": "1", "女": "2"}[row["性別"]]),
}
sys.exit("\n".join(f"{name}: {got}, not {right}" for name, (got, right) in wanted.items() if got != right) or None)

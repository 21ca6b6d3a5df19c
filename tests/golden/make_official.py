"""Makes substitutes for the ministry's schema files, which cannot be included here.

    make_official.py SCHEMAS TABLES XSD

Copies the tables of SCHEMAS to TABLES and writes eleven files to XSD: those of the profile, one of them loosened (it permits a
person's telecom), and small stand-ins for the others. xsd_digests.csv of the copied tables contains their digests.
"""
import csv
import glob
import hashlib
import os
import re
import shutil
import sys

schemas, tables, xsd = sys.argv[1:]
os.makedirs(tables)
os.makedirs(os.path.join(xsd, "coreschemas"))
for path in glob.glob(os.path.join(schemas, "*.csv")):
    shutil.copy(path, tables)
with open(os.path.join(schemas, "xsd_digests.csv"), newline="") as file:
    names = [row["file"] for row in csv.DictReader(file)]
rows = []
for name in names:
    own = os.path.join(schemas, "xsd", name)
    text = open(own, encoding="utf-8").read() if os.path.exists(own) else '<schema xmlns="http://www.w3.org/2001/XMLSchema"/>'
    if name == "hc08_V08.xsd":
        loose = '<xs:element name="addr" type="AD"/><xs:element name="telecom" type="TEL" minOccurs="0"/>'
        assert '<xs:element name="addr" type="AD"/>' in text
        text = text.replace('<xs:element name="addr" type="AD"/>', loose, 1)
    text += "<!-- not the ministry's -->\n"
    with open(os.path.join(xsd, name), "w", encoding="utf-8") as file:
        file.write(text)
    rows.append([name, hashlib.sha256(re.sub(r"[ \t\r\n]", "", text).encode()).hexdigest(), ""])
with open(os.path.join(tables, "xsd_digests.csv"), "w", newline="") as file:
    csv.writer(file, lineterminator="\n").writerows([["file", "sha256_without_whitespace", "former_profile"], *rows])

"""Checks that `show` prints a line for every item of every document.

    count_shown.py BUNDLE
"""
import os
import re
import subprocess
import sys
import zipfile

archive = zipfile.ZipFile(sys.argv[1])
names = [n for n in archive.namelist() if "/DATA/" in n]
for number, name in enumerate(names, 1):
    xml = archive.read(name).decode()
    items = len(re.findall('<code code="[0-9A-Z]{17}"', xml)) + len(re.findall("<assignedPerson>", xml))
    page = subprocess.run([os.environ["KENPORTER"], "show", "--lang", "ja", sys.argv[1], str(number)], check=True,
                          capture_output=True, text=True).stdout
    lines = page[page.index("\n["):].splitlines()
    shown = [l for l in lines if l.startswith("  ") and l[2] not in " 〈" and not l.startswith("  項目 ")]
    assert len(shown) == items, (name, items, len(shown))

"""Copies a bundle with bytes in its members replaced; OLD and NEW may contain Python's escapes.

    edit_bundle.py FROM TO OLD NEW [OLD NEW ...]
"""
import os
import sys
import zipfile

source, target, *edits = sys.argv[1:]
edits = [e.encode("utf-8").decode("unicode_escape").encode("latin-1") for e in edits]
os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
    for name in old.namelist():
        data = old.read(name)
        for before, after in zip(edits[::2], edits[1::2]):
            data = data.replace(before, after)
        new.writestr(name, data)

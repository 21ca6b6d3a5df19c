"""Prints the commands that documents show, one a line, ready to be run in the folder of test_manual.

    commands.py FILE...

FILE is Markdown (fenced blocks and `code`) or mdoc (literal displays and .Ql). Placeholders get values.
"""
import re
import sys

VALUES = {
    "CODE": "K4006", "COMMAND": "export", "DATE": "1990-03-31", "DIR": "made", "NUMBER": "06139463", "FOLDER": "cc2x/two",
    "生年月日": "1990-03-31", "健診日": "2024-06-10", "保険者番号": "06139463", "フォルダ": "made", "出力先": "made",
}


def markdown(text):
    for block in re.findall(r"^```[a-z]*\n(.*?)^```", text, re.M | re.S):
        yield from (line.removeprefix("$ ") for line in block.replace("\\\n", " ").split("\n"))
    yield from re.findall(r"`(kenporter [^`\n]*)`", text)


def mdoc(text):
    for block in re.findall(r"^\.Bd -literal -offset indent\n(.*?)^\.Ed", text, re.M | re.S):
        yield from block.replace("\\e", "\\").split("\n")
    yield from re.findall(r"^\.Ql (kenporter .*?)(?: [.,;])?$", text, re.M)


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for line in (mdoc if re.search(r"\.[15](\.in)?$", path) else markdown)(text):
        line = re.sub(r" +# .*", "", line)
        if line.startswith("kenporter "):
            words = [VALUES.get(word, word) for word in line.split(" ")]
            print(" ".join(words))

"""Reads a textfile of the Prometheus node exporter as strictly as it does, and prints name{labels}=value lines."""
import re
import sys

text = open(sys.argv[1], encoding="ascii").read()
assert text.endswith("\n") and "\r" not in text
types, seen, last = {}, set(), None
for line in text.splitlines():
    if line.startswith("# HELP "):
        assert re.fullmatch(r"# HELP [a-z_]+ [ -~]+", line), line
    elif line.startswith("# TYPE "):
        name, kind = re.fullmatch(r"# TYPE ([a-z_]+) (gauge|counter)", line).groups()
        assert name not in types, f"{name} has two groups"
        types[name] = kind
        last = name
    else:
        label = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
        match = re.fullmatch(rf"([a-z_]+)(\{{{label}(?:,{label})*\}})? (-?[0-9]+)", line)
        assert match, line
        name, labels, value = match.groups()
        assert name == last, f"{name} is not in its group"
        assert (name, labels) not in seen, f"{line} twice"
        seen.add((name, labels))
        print(f"{name}{labels or ''}={value}")

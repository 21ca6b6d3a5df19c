"""Searches Japanese output for English words and raw ids.

    find_ascii.py FILE...

A word of two ASCII letters or more is allowed only as a code, a file name, an option, a key of the configuration or of a table
(each where a user types it), a unit, a name of the item catalogue or an acronym of the trade. Exit 1 shows the others.
"""
import csv, os, re, sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def rows(name):
    with open(os.path.join(TOP, name), encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def words(text):
    return set(re.findall(r"[A-Za-z][A-Za-z]+", text))


# Acronyms and names that Japanese uses as they are.
ALLOWED = words("""kenporter CSV ZIP XML XSD UTF BOM CP Shift JIS HTML JSON SHA OID CC XDTBL METHODCVT METHODCVTB ITEMBasicInfo KikanInfo
 PKEY FILENO COLNO ZZZ NULL CRC DATA CLAIMS DOCTYPE MB KB PDF cron crontab chmod logrotate Excel HL CDA ST CD CO PQ BMI eGFR LDH NFKC
 Prometheus ASCII README EDTA ID vi sh LZH RAR AES deflate ix su co hc XSLT CMS systemd journald TODO ini Hz wc root host jp JLAC ECG""")
# What users type: commands, options, keys and sections, columns and words of tables.
KEYS = r"""check export prepare release verify show audit map explain import-cc2x init config handover purge status reply retire items help
 roster version ignore fasting casual periodic hiring special values unit units excel column target wildcard no yes warn reject low high flag
 elderly_act health_act chiho_kyosai shigaku_kyosai explicit notice refusal insured dependants under40 40to74 75plus all other
 received error mapping tables directory form_items exam_day exam_day_and_request birthday statute kenpo150 consent
 auto always never jsonl csv zip ja en non false negationInd go rwx aes out table sex document bundle Shift_JIS USER HOST test INI vm true done quarantine txt
 summary""".split()
ALLOWED |= words(" ".join(KEYS))
for item in rows("schemas/items.csv"):
    ALLOWED |= words(item["name"] + " " + item["unit"] + " " + item["section"])
for row in rows("schemas/code_systems.csv"):
    ALLOWED |= words(row["display"])
for row in rows("schemas/units.csv"):
    ALLOWED |= words(" ".join(v for v in row.values() if v))

STRIP = [
    r"(?s)<style>.*?</style>|<[^>]*>",  # markup; what it says aloud is kept
    r"(?m)^  [a-z_]+ +(\(|\S+\.ini:\d+ ).*$",  # a setting: key, source, value
    r"(?m)^# #\d+ [^:]*:",  # the header that map shows
    r"\b[A-Z]{0,1}x{2,}\b|\b[NX]+(\.N+)?\b",  # shapes and formats of values
    r"https?://\S+",
    r"\bK[0-9]{4}\b",
    r"\b[0-9A-F][0-9A-Z]{3}[0-9A-Z]{13}\b",  # item codes
    r"\b[0-9a-f]{16,64}\b",  # digests
    r"[A-Za-z0-9_./~$*?×-]*/[A-Za-z0-9_./*?-]*",  # paths
    r"[A-Za-z0-9_*%-]+\.(csv|zip|xml|xsd|html|json|jsonl|ini|txt|x|index|7z|lzh)\b",
    r"(?<!\w)--?[a-z][a-z0-9-]*( [A-Z][A-Z-]+)?",  # options
    r"\[[a-z0-9]+\]( [a-z_]+)?",  # sections
    r"(?<=\()[a-z0-9_]+(?=\))",  # a heading behind its Japanese name
    r"(?m)^([^:\n]+(:\d+)?): (note|warn|hold|reject|fail) ",  # FILE:LINE: LEVEL
    r"\b(REQ|CON)-[0-9-]+\b",
    r"kp_[a-z_]+",
    r"\b[a-z_]+(,[a-z_]+)+\b",  # a heading
    r"(?<=,)[a-z_]+(?=,)",  # the target in a line of a mapping file
    r"[A-Z]+(?=列)|[a-z]+(?= 列)",  # columns of a spreadsheet, of a file of the run
    r"\{[a-z|]+\}",
    r"'[^'\n]*'",  # what the user wrote
]

bad = {}
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        text = re.sub(r'<[^>]*?(?:aria-label|alt|title)="([^"]*)"[^>]*>', r" \1 ", file.read())
        text = re.sub(STRIP[0], " ", text)
    for n, line in enumerate(text.split("\n"), 1):
        rest = line
        for pattern in STRIP:
            rest = re.sub(pattern, " ", rest)
        for word in re.findall(r"[A-Za-z][A-Za-z_0-9]*[A-Za-z][A-Za-z_0-9]*", rest):
            if word not in KEYS and (not words(word) <= ALLOWED or "_" in word):
                bad.setdefault(word, f"{path}:{n}: {line.strip()[:160]}")
for word, place in sorted(bad.items()):
    print(f"{word}  {place}", file=sys.stderr)
sys.exit(1 if bad else 0)

"""Hostile files: each must end in the status and the message that hostile_cases.csv names, within 2 s of processor time (but
for files of more than 100 MB) and 256 MiB of memory, with nothing temporary left.

    hostile.py [--print] [CASE...]      run in an empty folder; --print: what happened, as rows of hostile_cases.csv

Without limits (sanitizers): HOSTILE_UNLIMITED=1.
"""
import csv
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib

PROGRAM, FIXTURES, SCHEMAS = (os.environ[name] for name in ("KENPORTER", "FIXTURES", "SCHEMAS"))
HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = ["-c", FIXTURES + "/kenporter.ini"]
DAY = ["--as-of", "2026-04-01", "--lang", "en", "-q"]
SECONDS, KIB, BIG = 2.0, 256 * 1024, 100_000_000
# Read to their end; only in make test-long.
LONG = {"csv_sparse_4gb", "csv_sparse_4gb_line_at_end", "consents_sparse_4gb"}
RELEASED = {row["employee_id"] for row in csv.DictReader(open(FIXTURES + "/expected.csv", encoding="utf-8"))
            if row["decision"] == "released"}
ROWS = list(csv.reader(open(FIXTURES + "/export.csv", encoding="cp932", newline="")))
ROWS = ROWS[:1] + [row for row in ROWS if len(row) == len(ROWS[0]) and RELEASED.intersection(row)][:3]
HEAD = ROWS[0]
REQUESTS = open(FIXTURES + "/requests.csv", "rb").read()
CONSENTS = open(FIXTURES + "/consents.csv", "rb").read()
INSURERS = open(FIXTURES + "/insurers.csv", "rb").read()

CASES = {}


def line(cells):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def rows(change=None, n=3):
    """The first rows of the fixture; change(cells by header) alters the last."""
    table = [dict(zip(HEAD, row)) for row in ROWS[1:n + 1]]
    if change:
        change(table[-1])
    return line(HEAD) + "".join(line([row[name] for name in HEAD]) for row in table)


GOOD = rows().encode()


def case(kind, name, build):
    CASES[name] = (kind, build)


def cell(header, value):
    return lambda row: row.update({header: value})


def many(kind, prefix, contents):
    for name, data in contents.items():
        case(kind, prefix + name, data)


def sparse(size, end=b""):
    def build(path):
        with open(path, "wb") as f:
            f.truncate(size - len(end))
            f.seek(size - len(end))
            f.write(end)
    return build


def repeated(begin, piece, n, end=b""):
    def build(path):
        with open(path, "wb") as f:
            f.write(begin)
            for _ in range(n // 1000):
                f.write(piece * 1000)
            f.write(piece * (n % 1000) + end)
    return build


NAME, SEX, BIRTH = (next(h for h in HEAD if any(w in h for w in words)) for words in
                    (["カナ", "ｶﾅ"], ["性別"], ["生年月日"]))

# --- exports ---
many("input", "csv_", {
    "empty": b"",
    "nul_alone": b"\0",
    "nul_in_header": b"\0" + GOOD,
    "nul_in_cell": GOOD.replace(b",", b",\0", 200),
    "nuls_1mb": b"\0" * 1_000_000,
    "quote_50mb": repeated(line(HEAD).encode() + b'"', b"x,y\n", 12_500_000),
    "quote_alone": line(HEAD).encode() + b'"',
    "quotes_only": b'"' * 1_000_001,
    "quote_in_header": b'"' + GOOD,
    "columns_million": b"a," * 1_000_000 + b"a\n" + b"1," * 1_000_000 + b"1\n",
    "one_column_million_rows": repeated("カナ氏名\n".encode(), b"x\n", 1_000_000),
    "no_columns_million_lines": b"\n" * 1_000_000,
    "commas_million_lines": repeated(line(HEAD).encode(), b"," * (len(HEAD) - 1) + b"\n", 100_000),
    "sparse_4gb": sparse(4 << 30),
    "sparse_4gb_line_at_end": sparse(4 << 30, b"\n" + GOOD),
    "line_100mb": repeated(line(HEAD).encode(), b"x", 100_000_000),
    "header_2mb": b"x" * 2_000_000 + b"\n1\n",
    "cp932_half_a_character": line(HEAD).encode("cp932") + b"\x81\n",
    "cp932_invalid": line(HEAD).encode("cp932") + b"\x81\x20\xfd\xfe\xff\n",
    "utf8_overlong": GOOD + b"\xc0\xaf\xe0\x80\xaf\n",
    "utf8_surrogate": GOOD + b"\xed\xa0\x80\n",
    "utf8_beyond_unicode": GOOD + b"\xf4\x90\x80\x80\n",
    "utf8_then_cp932": GOOD + "ケンポ".encode("cp932") + b"\n",
    "utf16_lone_surrogate": b"\xff\xfe" + rows().encode("utf-16-le") + b"\x00\xd8,\x00\n\x00",
    "utf16_odd_length": b"\xff\xfe" + rows().encode("utf-16-le") + b"\x0a",
    "utf16_mark_alone": b"\xff\xfe",
    "utf16_wrong_order": b"\xfe\xff" + rows().encode("utf-16-le"),
    "utf32": rows().encode("utf-32"),
    "bom_salad": b"\xef\xbb\xbf\xff\xfe\xfe\xff\xef\xbb\xbf" + GOOD,
    "bom_ten_times": b"\xef\xbb\xbf" * 10 + GOOD,
    "bom_in_every_line": GOOD.replace(b"\n", b"\n\xef\xbb\xbf"),
    "fullwidth_commas": rows().replace(",", "，").encode(),
    "fullwidth_quotes": rows().replace(",", "”,”").encode(),
    "fullwidth_digits": rows(lambda r: r.update({k: v.translate({48 + d: 0xff10 + d for d in range(10)})
                                                   for k, v in r.items()})).encode(),
    "bidi_in_name": rows(cell(NAME, "\u202eケンポ ハナコ\u202c")).encode(),
    "bidi_in_header": ("\u202e" + rows()).encode(),
    "zero_width_in_name": rows(cell(NAME, "ケン\u200bポ ハナ\u200dコ")).encode(),
    "combining_1mb": rows(cell(NAME, "カ" + "\u3099" * 300_000)).encode(),
    "nfkc_expands": rows(cell(NAME, "\ufdfa" * 60_000)).encode(),
    "escape_sequences": rows(cell(NAME, "\x1b]0;owned\x07\x1b[2J")).encode(),
    "formula": rows(cell(NAME, "=cmd|' /C calc'!A0")).encode(),
    "markup": rows(cell(NAME, "<script>alert(1)</script>]]>&e;")).encode(),
    "number_of_a_million_digits": rows(cell(HEAD[20], "9" * 1_000_000)).encode(),
    "number_exponent": rows(cell(HEAD[20], "1e999999999")).encode(),
    "date_year_million": rows(cell(BIRTH, "1000000-01-01")).encode(),
    "sex_of_megabyte": rows(cell(SEX, "男" * 300_000)).encode(),
    "only_comments": b"# x\n" * 300_000,
    "binary": bytes(range(256)) * 4000,
    "elf": open("/bin/true", "rb").read(),
    "xlsx": b"PK\3\4" + b"\0" * 1000,
    "header_alone": line(HEAD).encode(),
    "header_1000_times": line(HEAD).encode() * 1000,
    "same_header_4000": b",".join([HEAD[0].encode()] * 4000) + b"\n",
    "carriage_returns": b"\r" * 1_000_000,
})
many("map", "map_", {
    "columns_million": b"a," * 1_000_000 + b"a\n",
    "quote_50mb": repeated(line(HEAD).encode() + b'"', b"x,y\n", 12_500_000),
    "binary": bytes(range(256)) * 4000,
})

# --- registers, settings, tables ---
for register, data in (("requests", REQUESTS), ("consents", CONSENTS), ("insurers", INSURERS)):
    many(register, register + "_", {
        "empty": b"",
        "binary": bytes(range(256)) * 1000,
        "quote_open": data + b'"',
        "nul": data + b"\0,\0\n",
        "columns_5000": data.split(b"\n")[0] + b",x" * 5000 + b"\n",
        "row_of_3mb": data + b"x" * 3_000_000 + b"\n",
    })
many("consents", "consents_", {
    "sparse_4gb": sparse(4 << 30),
    "quote_50mb": repeated(CONSENTS + b'"', b"x,y\n", 12_500_000),
    "same_id_300000": repeated(CONSENTS, b"C,E,,,,,*,all,explicit,2025-04-01,,\n", 300_000),
    "utf16": CONSENTS.decode().encode("utf-16"),
    "utf16_long": b"\xff\xfe" + b"a\0" * 9_000_000,
    "lines_of_commas": repeated(CONSENTS, b",,,,,,,,,,,\n", 300_000),
})
many("requests", "requests_", {
    "persons_elsewhere": REQUESTS.replace(b",note", b",note,persons", 1).split(b"\n")[0]
    + b"\nR1,06139463,2026-01-15,elderly_act,,,all,,,,,../../etc/passwd\n",
    "persons_itself": REQUESTS.split(b"\n")[0] + b",persons\nR1,06139463,2026-01-15,elderly_act,,,all,,,,,hostile\n",
})
many("config", "ini_", {
    "binary": bytes(range(256)) * 1000,
    "line_10mb": b"[sender]\nname = " + b"x" * 10_000_000,
    "section_open": b"[sender\nname = x\n",
    "nul": b"[sender]\nname\0 = x\n",
    "sections_100000": b"[sender]\n" * 100_000,
    "keys_100000": b"[sender]\n" + b"name = x\n" * 100_000,
    "sparse_4gb": sparse(4 << 30),
})
many("mapping", "mapping_", {
    "empty": b"",
    "binary": bytes(range(256)) * 1000,
    "column_number_huge": b"column,target,unit,values\n#99999999999999999999,ignore,,\n",
    "column_number_negative": b"column,target,unit,values\n#-1,ignore,,\n",
    "values_1mb": b"column,target,unit,values\n#1,sex,," + b"a=1|" * 200_000 + b"\n",
    "rows_300000": repeated(b"column,target,unit,values\n", b"#1,ignore,,\n", 300_000),
    "sparse_4gb": sparse(4 << 30),
})
for table in ("items.csv", "values.csv", "headers.csv", "messages.csv"):
    case("table:" + table, "table_binary_" + table[:-4], bytes(range(256)) * 1000)
    case("table:" + table, "table_empty_" + table[:-4], b"")
case("table:items.csv", "table_sparse_4gb", sparse(4 << 30))

# --- logs ---
LOG = "disclosure-log.csv"


def log():
    return open("sound/" + LOG, "rb").read()


def cycle():
    """Each of the last two entries names the other as the one before it."""
    parts = log().split(b"\n")
    a, b = parts[-3].rsplit(b",", 2), parts[-2].rsplit(b",", 2)
    parts[-3], parts[-2] = b",".join([a[0], b[2], a[2]]), b",".join([b[0], a[2], b[2]])
    return b"\n".join(parts)


many("log", "log_", {
    "empty": b"",
    "binary": bytes(range(256)) * 1000,
    "sparse_4gb": sparse(4 << 30),
    "line_4gb": lambda path: sparse(4 << 30, b"x")(path) or patch(path, log()),
    "nul": lambda path: put(path, log() + b"\0\n"),
    "cut": lambda path: put(path, log()[:-40]),
    "cut_in_header": lambda path: put(path, log()[:50]),
    "cycle_of_hashes": lambda path: put(path, cycle()),
    "twice": lambda path: put(path, log() * 2),
    "first_entry_lost": lambda path: put(path, b"\n".join(log().split(b"\n")[:1] + log().split(b"\n")[2:])),
    "crlf": lambda path: put(path, log().replace(b"\n", b"\r\n")),
    "quote_open": lambda path: put(path, log() + b'"' + b"x" * 100_000),
    "million_short_lines": lambda path: put(path, log() + b"1\n" * 1_000_000),
})


# --- bundles ---
def bundle():
    name = next(n for n in sorted(os.listdir("sound")) if n.endswith(".zip"))
    return open("sound/" + name, "rb").read(), name[:-4]


def members(**of):
    """The sound bundle with members changed by name: bytes, or None to drop it. `add` has further ones."""
    data, root = bundle()
    out = io.BytesIO()
    add = of.pop("add", {})
    edit = of.pop("edit", None)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            contents = old.read(info)
            new.writestr(info.filename, edit(info.filename, contents) if edit else contents)
        for name, contents in add.items():
            new.writestr(name.replace("ROOT", root), contents)
    return out.getvalue()


def document(change):
    done = []

    def edit(name, contents):
        if "/DATA/" not in name or done:
            return contents
        done.append(name)
        return change(contents)
    return lambda path: put(path, members(edit=edit))


def prolog(text):
    return document(lambda d: re.sub(rb"^<\?xml[^>]*\?>", b"", d, count=1).join([text, b""]))


def patched(offset_of, new):
    """Bytes of the directory's end or of the first entry, changed in place."""
    def build(path):
        data = bytearray(bundle()[0])
        at = offset_of(data)
        data[at:at + len(new)] = new
        put(path, bytes(data))
    return build


END = lambda d: d.rfind(b"PK\5\6")  # noqa: E731
ENTRY = lambda d: struct.unpack_from("<I", d, END(d) + 16)[0]  # noqa: E731


def seventy_thousand(path):
    with zipfile.ZipFile(path, "w") as z:
        for i in range(70_000):
            z.writestr(f"r/DATA/h{i:08d}.xml", b"x")


def overlap(path):
    """Ten thousand entries share one member."""
    name, data = b"a", zlib.compress(b"\0" * 1_000_000)[2:-4]
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 33, zlib.crc32(b"\0" * 1_000_000), len(data), 1_000_000,
                        1, 0) + name + data
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 33, zlib.crc32(b"\0" * 1_000_000), len(data),
                        1_000_000, 1, 0, 0, 0, 0, 0, 0) + name
    put(path, local + entry * 10_000
        + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 10_000, 10_000, len(entry) * 10_000, len(local), 0))


def with_end64(n, at):
    def build(path):
        data = bundle()[0]
        end = END(data)
        record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, n, n, min(n * 46, 1 << 62), at)
        locator = struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
        put(path, data[:end] + record + locator + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xffff, 0xffff, 0xffffffff,
                                                              0xffffffff, 0))
    return build


NAMESPACE = b'xmlns="urn:hl7-org:v3"'
many("verify", "zip_", {
    "empty": b"",
    "end_record_alone": b"PK\5\6" + b"\0" * 18,
    "sparse_4gb": sparse(4 << 30),
    "sparse_4gb_end_record": sparse(4 << 30, b"PK\5\6" + b"\0" * 18),
    "seventy_thousand_members": seventy_thousand,
    "overlapping_members": overlap,
    "comment_longer_than_file": patched(lambda d: END(d) + 20, b"\xff\xff"),
    "count_lies": patched(lambda d: END(d) + 8, b"\xfe\xff\xfe\xff"),
    "directory_beyond_end": patched(lambda d: END(d) + 16, b"\xff\xff\xff\x7f"),
    "zip64_count_lies": with_end64(1 << 60, 0),
    "zip64_offset_lies": with_end64(1, 1 << 62),
    "crc_wrong": patched(lambda d: ENTRY(d) + 16, b"\1\2\3\4"),
    "encrypted_flag": patched(lambda d: ENTRY(d) + 8, b"\1\0"),
    "method_unknown": patched(lambda d: ENTRY(d) + 10, b"\x63\0"),
    "size_4gb": patched(lambda d: ENTRY(d) + 24, b"\xfe\xff\xff\xff"),
    "name_slash": lambda p: put(p, members(add={"/": b""})),
    "name_with_dots": lambda p: put(p, members(add={"ROOT/DATA/../../../../tmp/hostile-file": b"x"})),
    "name_absolute": lambda p: put(p, members(add={"/tmp/hostile-file": b"x"})),
    "name_backslash": lambda p: put(p, members(add={"ROOT\\DATA\\x.xml": b"x"})),
    "name_of_60000": lambda p: put(p, members(add={"ROOT/DATA/" + "x" * 60_000: b"x"})),
    "member_of_0_bytes": lambda p: put(p, members(add={"ROOT/DATA/h66311111162026040101999999.xml": b""})),
    "bomb_1gb": lambda p: put(p, members(add={"ROOT/DATA/h66311111162026040101999999.xml": bytes(1 << 27) * 2})),
    "bomb_in_document": document(lambda d: d.replace(b"</ClinicalDocument>", b" " * 100_000_000 + b"</ClinicalDocument>")),
    "deflate_garbage": patched(lambda d: ENTRY(d) // 2, bytes(range(64))),
    "cut_in_half": lambda p: put(p, bundle()[0][:len(bundle()[0]) // 2]),
    "twice": lambda p: put(p, bundle()[0] * 2),
    "prefix_of_shell": lambda p: put(p, b"#!/bin/sh\n" + bundle()[0]),
})
LAUGHS = b"<!DOCTYPE x [" + b'<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(20)) + b"]>"
many("verify", "xml_", {
    "billion_laughs": document(lambda d: LAUGHS + re.sub(rb"^<\?xml[^>]*\?>", b"", d).replace(b"<id ", b"<a>&u;</a><id ", 1)),
    "external_entity": document(lambda d: b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                                + re.sub(rb"^<\?xml[^>]*\?>", b"", d).replace(b"<id ", b"<a>&e;</a><id ", 1)),
    "external_dtd": document(lambda d: b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'
                             + re.sub(rb"^<\?xml[^>]*\?>", b"", d)),
    "parameter_entity": document(lambda d: b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>'
                                 + re.sub(rb"^<\?xml[^>]*\?>", b"", d)),
    "depth_100000": document(lambda d: b"<a>" * 100_000 + b"</a>" * 100_000),
    "attribute_20mb": document(lambda d: d.replace(b"<ClinicalDocument", b'<ClinicalDocument x="' + b"y" * 20_000_000 + b'"', 1)),
    "attributes_100000": document(lambda d: d.replace(
        b"<ClinicalDocument", b"<ClinicalDocument" + b"".join(b' a%d="1"' % i for i in range(100_000)), 1)),
    "namespaces_50000": document(lambda d: d.replace(
        b"<ClinicalDocument", b"<ClinicalDocument" + b"".join(b' xmlns:a%d="u"' % i for i in range(50_000)), 1)),
    "text_30mb": document(lambda d: d.replace(b"</ClinicalDocument>", b"x" * 30_000_000 + b"</ClinicalDocument>")),
    "processing_instructions": document(lambda d: d.replace(
        b"<ClinicalDocument", b'<?xml-stylesheet href="file:///etc/passwd"?>' * 10_000 + b"<ClinicalDocument", 1)),
    "comments_100000": document(lambda d: d.replace(b"<ClinicalDocument", b"<!-- -->" * 100_000 + b"<ClinicalDocument", 1)),
    "encoding_lies": document(lambda d: d.replace(b"UTF-8", b"UTF-16", 1)),
    "encoding_unknown": document(lambda d: d.replace(b"UTF-8", b"EBCDIC-XX", 1)),
    "utf7": document(lambda d: d.replace(b"UTF-8", b"UTF-7", 1)),
    "nul": document(lambda d: d.replace(b"<id ", b"\0<id ", 1)),
    "two_roots": document(lambda d: d + b"<x/>"),
    "not_xml": document(lambda d: bytes(range(256)) * 100),
    "xinclude": document(lambda d: d.replace(
        b"<id ", b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/><id ', 1)),
})


def put(path, data):
    with open(path, "wb") as f:
        f.write(data)


def patch(path, data):
    with open(path, "r+b") as f:
        f.write(data)


def command(kind, path):
    check = ["check", *CONFIG, *DAY[:-1], "-o", "out"]
    what, _, table = kind.partition(":")
    if what == "table":
        shutil.copytree(SCHEMAS, "tables")
        os.replace(path, "tables/" + table)
        return ["check", "--schemas", "tables", *CONFIG, *DAY, "-o", "out", "good.csv"]
    return {"input": [*check, "-v", path], "map": ["map", "--lang", "en", path], "config": ["config", "--lang", "en", "-c", path],
            "log": ["audit", "--lang", "en", path], "verify": ["verify", "--lang", "en", path]}.get(
                what, [*check, "--" + what, path, "good.csv"])


def run(name):
    kind, contents = CASES[name]
    shutil.rmtree("out", ignore_errors=True)
    shutil.rmtree("tables", ignore_errors=True)
    path = bundle()[1] + ".zip" if kind == "verify" else "hostile"
    if callable(contents):
        contents(path)
    else:
        put(path, contents)
    size = os.path.getsize(path)
    words = command(kind, path)
    print(json.dumps(["stdout", "stderr", PROGRAM, *words]), file=LIMITS.stdin, flush=True)
    used = LIMITS.stdout.readline().split()
    status, seconds, kib = int(used[0]), float(used[1]), int(used[2])
    messages = open("stderr", "rb").read().decode("utf-8", "replace")
    outcome = open("stdout", "rb").read().decode("utf-8", "replace") if kind in ("verify", "config") else ""
    codes = re.findall(r"\bK\d{4}\b", messages + outcome)
    left = [n for n in (os.listdir("out") if os.path.isdir("out") else []) if n.startswith(".tmp")]
    os.path.exists(path) and os.unlink(path)
    return status, codes, seconds, kib, size, left, messages


def wrong_with(name, expected_status, expected_code):
    status, codes, seconds, kib, size, left, messages = run(name)
    if status != expected_status or (expected_code and expected_code not in codes):
        return f"exit {status}, {' '.join(codes[:5])}: {messages[:300]}"
    if left:
        return f"left {left}"
    if "Sanitizer" in messages or status > 5:
        return messages[:2000]
    if os.environ.get("HOSTILE_UNLIMITED"):
        return ""
    if seconds > SECONDS and size < BIG:
        return f"{seconds} s"
    return f"{kib} KiB" if kib > KIB else ""


LIMITS = subprocess.Popen([sys.executable, HERE + "/limits.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
subprocess.run([PROGRAM, "export", *CONFIG, *DAY, "--backdate", "test", "--insurer", "00280081", "-o", "sound",
                FIXTURES + "/export.csv"], capture_output=True)
put("good.csv", GOOD)
names = [a for a in sys.argv[1:] if a != "--print"] or [
    n for n in CASES if n not in LONG or os.environ.get("THOROUGH")]
if "--print" in sys.argv:
    case("input", "sound", GOOD)
    usual = set(run("sound")[1])
    for name in names:
        status, codes, seconds, kib, size, left, messages = run(name)
        codes = [c for c in codes if c not in usual]
        grave = re.findall(r"(?:fail|reject) (K\d{4})", messages) if status else []
        grave = [c for c in grave if c not in usual] or codes
        print(f"{name},{status},{grave[0] if grave else ''}\t# {seconds} s, {kib} KiB, {size} bytes {left} {' '.join(codes[:6])}",
              flush=True)
    sys.exit()
with open(HERE + "/hostile_cases.csv", encoding="utf-8") as file:
    expected = {row["case"]: row for row in csv.DictReader(file)}
bad = sorted(expected.keys() ^ CASES.keys())
if bad:
    print("only in one of the two lists:", *bad)
for name in names:
    if name in expected:
        fault = wrong_with(name, int(expected[name]["exit"]), expected[name]["code"])
        if fault:
            print(f"{name}: {fault}")
            bad.append(name)
print(f"{len(names)} hostile files")
sys.exit(1 if bad else 0)

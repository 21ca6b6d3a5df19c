"""Exports with one or two quotes at random places: no document may hold values of two lines.

    quotes.py KENPORTER COUNT

Every cell of row N contains N. Prints what is wrong and ends with 1; prints how many exports were refused.
"""
import concurrent.futures, glob, io, os, random, re, subprocess, sys, tempfile, zipfile

COLUMNS = ("employee_id insurer_number insured_symbol insured_number name_kana sex birth_date postal_code address exam_date "
           "facility_number facility_name memo 業務歴 身長 体重 総合判定 健診判定医").split()
KANA = "アイウエオカキクケコ"
CONFIG = """[sender]
number=6631111116
name=試験
postal_code=651-0188
address=港町
phone=0780001000
[registers]
requests=requests.csv
"""
REQUESTS = ("request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,withdrawn_on,note\n"
            "R1,06139463,2026-01-15,elderly_act health_act,,,all,,,,\n")


def row(n):
    return ["E%d" % n, "06139463", "12", "50%d" % n, "ケンポ" + "".join(KANA[int(d)] for d in str(n)), "1", "1975-05-%d" % n,
            "650-01%d" % n, "港町%d番" % n, "2025-06-%d" % n, "2819901170", "健診%d番" % n, "メモ%d" % n, "業務%d番" % n, "1%d.0" % (n + 40),
            "%d.0" % (n + 40), "所見%d番" % n, "医師%d番" % n]


def export(seed):
    r = random.Random(seed)
    lines = [",".join(COLUMNS)] + [",".join(row(n)) for n in range(11, 11 + r.randrange(2, 9))]
    text = "\n".join(lines) + "\n"
    at = 0
    for again in range(r.randrange(1, 3) if seed % 50 else 0):
        near = again and r.randrange(2)  # the second one often closes a cell
        at = at + 1 if near else r.randrange(len(text))
        if near or r.randrange(3):  # mostly where a quote may stand: beside a delimiter
            at = max(text.find(",", at), 0) + (0 if near else r.randrange(2))
        text = text[:at] + '"' + text[at:]
    return text


def rows_of(document):
    """The numbers of the rows whose values the document holds."""
    half = document.translate({ord(a): b for a, b in zip("０１２３４５６７８９", "0123456789")})
    found = set(re.findall(r'extension="50(\d\d)"', half)) | set(re.findall(r'birthTime value="197505(\d\d)"', half))
    found |= set(re.findall(r"(?:港町|健診|業務|所見|医師)(\d\d)番", half)) | set(re.findall(r">650-01(\d\d)<", half))
    found |= {"".join(str(KANA.index(k)) for k in name) for name in re.findall("<name>ケンポ([%s]{2})<" % KANA, half)}
    found |= {str(int(v) - 40) for v in re.findall(r'displayName="(?:身長|体重)"/><value xsi:type="PQ" value="1?(\d\d)\.0"', half)}
    return found


def check(seed, folder):
    path, out = os.path.join(folder, "%d.csv" % seed), os.path.join(folder, "out%d" % seed)
    with open(path, "w", newline="") as file:
        file.write(export(seed))
    run = subprocess.run([sys.argv[1], "export", "-c", os.path.join(folder, "k.ini"), "--as-of", "2026-04-01", "--backdate", "test",
                          "--threads", "1", "-q", "-o", out, path], capture_output=True, text=True)
    bundles = glob.glob(out + "/*.zip")
    if run.returncode == 3:
        return "refused" if not bundles and seed % 50 else "seed %d: refused" % seed
    if run.returncode not in (0, 1):
        return "seed %d: exit %d: %s" % (seed, run.returncode, run.stderr[-300:])
    with open(glob.glob(out + "/runs/*/decisions.csv")[0], encoding="utf-8-sig") as file:
        n_rows = len(file.readlines()) - 1
    lines = open(path).read().count("\n") - 1
    documents = [z.read(n).decode() for z in map(zipfile.ZipFile, bundles) for n in z.namelist() if "/DATA/" in n and n.endswith(".xml")]
    for document in documents:
        if len(rows_of(document)) != 1:
            return "seed %d: a document of rows %s:\n%s" % (seed, sorted(rows_of(document)), export(seed))
    if n_rows != lines and '"' not in run.stderr and "K20" not in run.stderr:
        return "seed %d: %d of %d lines, and not a word:\n%s" % (seed, n_rows, lines, export(seed))
    return "read" if documents or seed % 50 else "seed %d: no document" % seed


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, text in ("k.ini", CONFIG), ("requests.csv", REQUESTS):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda seed: check(seed, folder), range(1, int(sys.argv[2]) + 1)))
    wrong = [r for r in results if r not in ("refused", "read")]
    print("\n".join(wrong[:5]), len(wrong), "wrong,", results.count("refused"), "refused,", results.count("read"), "read")
    sys.exit(bool(wrong) or not results.count("refused") or not results.count("read"))


main()

"""Counts the instructions that an export spends on a person, by stage. Unlike times, counts do not depend on load.

    instructions.py PROGRAM [--xsd DIR] [--most THOUSANDS]

Runs the export of 100 and of 400 people under callgrind; the difference, divided by 300, leaves out what a run costs
once. --most: prints the total alone, and fails if it is higher. The stages overlap where one calls another.
"""
import argparse, os, re, shutil, subprocess, sys, tempfile

import write_people

FEW, MANY = 100, 400
# Inclusive costs of functions; a name that ends in * stands for all that begin so and are not called by each other.
STAGES = [("first pass", ["kp_worker_read"]), ("second pass", ["kp_worker_decide"]), ("normalise", ["kp_normalize"]),
          ("settle and check", ["kp_settle_record", "kp_check_record", "kp_check_card"]),
          ("decide", ["kp_decide"]), ("digests", ["kp_row_digest", "kp_content_digest"]),
          ("SHA-256 in all", ["kp_sha256_*"]),  # 28 a byte: callgrind lacks the SHA instructions of processors
          ("render and validate", ["kp_cda_write", "kp_xml_check_finish"]), ("validate", ["kp_xml_check_*"]),
          ("deflate", ["kp_deflate_run"]), ("bundle", ["kp_account_add"]), ("release and log", ["kp_tally_release"]),
          ("row files", ["kp_row_files_add"])]


def export(program, inputs, output, threads=1, xsd=None, more=()):
    return [program, "export", "-q", "-c", os.path.join(inputs, "kenporter.ini"), "--as-of", "2026-04-01",
            "--backdate", "measured", "--threads", str(threads), "-o", output,
            *(["--xsd", xsd] if xsd else []), *more, os.path.join(inputs, "export.csv")]


def count(folder, program, people, xsd):
    """Returns the inclusive instructions of every function of one export, and "" for all."""
    inputs, counts = os.path.join(folder, "in%d" % people), os.path.join(folder, "callgrind.%d" % people)
    write_people.main(inputs, people)
    done = subprocess.run(["valgrind", "--tool=callgrind", "-q", "--callgrind-out-file=" + counts,
                           *export(program, inputs, os.path.join(folder, "out%d" % people), 1, xsd)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("the export failed under valgrind with %d:\n%s" % (done.returncode, done.stderr))
    text = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", counts], check=True,
                          capture_output=True, text=True).stdout
    costs = {"": int(re.search(r"^\s*([\d,]+).*PROGRAM TOTALS", text, re.M)[1].replace(",", ""))}
    for cost, name in re.findall(r"^\s*([\d,]+) \([ \d.]+%\)\s+\S*?:(\w+)(?: \[|$)", text, re.M):
        costs[name] = max(costs.get(name, 0), int(cost.replace(",", "")))
    return costs


def per_person(program, xsd=None):
    """Returns thousands of instructions per person by function."""
    folder = tempfile.mkdtemp(prefix="kenporter-bench-")
    try:
        few, many = (count(folder, program, n, xsd) for n in (FEW, MANY))
    finally:
        shutil.rmtree(folder)
    return {name: (cost - few.get(name, 0)) / (MANY - FEW) / 1000 for name, cost in many.items()}


def stage(costs, names):
    chosen = [name for name in costs for n in names if name == n or (n.endswith("*") and name.startswith(n[:-1]))]
    return sum(costs[name] for name in chosen) if chosen else None


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--xsd")
    options.add_argument("--most", type=int)
    o = options.parse_args()
    if not shutil.which("valgrind"):
        print("instructions per person: not counted, valgrind is missing")
        return 0
    costs = per_person(o.program, o.xsd)
    if o.most:
        high = costs[""] > o.most
        print("instructions per person: %.0f thousand, %s %d" % (costs[""], "above the ceiling of" if high else "at most", o.most))
        return int(high)
    print("thousands of instructions per person (%s schemas)" % ("ministry's" if o.xsd else "profile"))
    for name, names in [("all", [""])] + STAGES:
        cost = stage(costs, names)
        print("  %-20s %6s" % (name, "-" if cost is None else "%.0f" % cost))
    return 0


if __name__ == "__main__":
    sys.exit(main())

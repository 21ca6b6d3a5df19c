"""Measures the program on seeded inputs beside the tools that do the same work piece by piece.

    bench.py PROGRAM [--xsd DIR] [--people N] [--repeat N]

Everything that is compared runs in turn in the same minutes, and medians of processor and wall time are printed: what
they say is their ratio. --people adds a size to 2,000 and 10,000. --xsd: the ministry's schemas instead of the profile.
"""
import argparse, glob, os, shutil, statistics, sys, tempfile, time

import write_people
from instructions import export

# Commands in the folder of an unpacked bundle; the part is a pattern that chooses half of the documents, or empty.
XMLLINT = "xmllint --noout --schema XSD/hc08_V08.xsd DATA/*%s.xml 2>/dev/null"
ZIP = "rm -f %(zip)s; zip -q -6 %(zip)s DATA/*%(part)s.xml"


class Time:
    def __init__(self, processor, wall, kilobytes):
        self.processor, self.wall, self.kilobytes = processor, wall, kilobytes


def run(command, log, expected=(0,)):
    """Runs a list, or a string in a shell, and returns what it took with all its children."""
    command = ["sh", "-c", command] if isinstance(command, str) else command
    begin = time.monotonic()
    with open(log, "wb") as out:
        child = os.posix_spawn(shutil.which(command[0]) or command[0], command, os.environ, file_actions=[
            (os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)])
        _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in expected:
        with open(log, errors="replace") as file:
            sys.exit("%s\nended with %d:\n%s" % (command, os.waitstatus_to_exitcode(status), file.read()[-2000:]))
    return Time(used.ru_utime + used.ru_stime, time.monotonic() - begin, used.ru_maxrss)


class Bench:
    def __init__(self, options, folder):
        self.o, self.folder, self.log = options, folder, os.path.join(folder, "screen")

    def inputs(self, people, insurers=1, columns=write_people.COLUMNS):
        folder = os.path.join(self.folder, "in-%d-%d-%d" % (people, insurers, columns))
        if not os.path.exists(folder):
            write_people.main(folder, people, insurers, columns)
        return folder

    def export(self, inputs, threads=1, keep=False, again=False):
        """Exports into a new folder, or again into that which was kept."""
        output = os.path.join(self.folder, "kept" if keep or again else "fresh")
        if not again:
            shutil.rmtree(output, ignore_errors=True)
        return run(export(self.o.program, inputs, output, threads, self.o.xsd), self.log)

    def command(self, name, inputs, *more):
        config = os.path.join(inputs, "kenporter.ini")
        return run([self.o.program, name, "-c", config, *more], self.log)

    def check(self, inputs, threads=1):
        output = os.path.join(self.folder, "check")
        took = self.command("check", inputs, "-q", "--as-of", "2026-04-01", "--threads", str(threads), "-o", output,
                            *(["--xsd", self.o.xsd] if self.o.xsd else []), os.path.join(inputs, "export.csv"))
        shutil.rmtree(output, ignore_errors=True)
        return took

    def unpack(self, inputs):
        """Exports, and returns output folder, bundle and the folder with its documents."""
        self.export(inputs, 2, keep=True)
        output, documents = os.path.join(self.folder, "kept"), os.path.join(self.folder, "documents")
        bundle, = glob.glob(os.path.join(output, "*.zip"))
        shutil.rmtree(documents, ignore_errors=True)
        run("unzip -q -d '%s' '%s'" % (documents, bundle), self.log)
        return output, bundle, glob.glob(os.path.join(documents, "*"))[0]

    def tools(self, documents, command, threads=1):
        """The command over all documents at once, or over the odd and the even ones side by side."""
        parts = [""] if threads == 1 else ["[02468]", "[13579]"]
        lines = ["{ %s; } &" % (command % {"part": part, "zip": os.path.join(self.folder, "%d.zip" % i)}
                                if "(zip)" in command else command % part) for i, part in enumerate(parts)]
        return run("cd '%s' && { %s wait; }" % (documents, " ".join(lines)), self.log)

    def alternate(self, **contenders):
        """Runs all contenders in turn; returns their medians by name."""
        took = {name: [] for name in contenders}
        for _ in range(self.o.repeat):
            for name, contender in contenders.items():
                took[name].append(contender())
        return {name: Time(*(statistics.median(getattr(t, part) for t in times)
                             for part in ("processor", "wall", "kilobytes"))) for name, times in took.items()}


def line(text, *values):
    print("  %-46s %s" % (text, "  ".join(values)), flush=True)


def times(t, people=None):
    per = "  %5.0f µs/person" % (t.processor / people * 1e6) if people else ""
    return "processor %7.2f s  wall %7.2f s%s" % (t.processor, t.wall, per)


def compare(text, a, b):
    line(text, "processor %.2f  wall %.2f" % (a.processor / b.processor, a.wall / b.wall))


def measure_export(b, people):
    print("%d people, one insurer" % people)
    inputs = b.inputs(people)
    if people > 40000:  # more documents than a command line can name
        line("export, 1 thread", times(b.export(inputs), people))
        line("export, 2 threads", times(b.export(inputs, 2), people))
        return
    _, _, documents = b.unpack(inputs)
    names = os.listdir(os.path.join(documents, "DATA"))
    size = sum(os.path.getsize(os.path.join(documents, "DATA", name)) for name in names)
    line("documents", "%d of %.1f KB" % (len(names), size / len(names) / 1000))
    t = b.alternate(one=lambda: b.export(inputs), xmllint=lambda: b.tools(documents, XMLLINT),
                    zip=lambda: b.tools(documents, ZIP), two=lambda: b.export(inputs, 2),
                    both2=lambda: b.tools(documents, XMLLINT.replace("%s", "%(part)s") + "; " + ZIP, 2),
                    check=lambda: b.check(inputs))
    both = Time(t["xmllint"].processor + t["zip"].processor, t["xmllint"].wall + t["zip"].wall, 0)
    for text, name in (("export, 1 thread", "one"), ("xmllint --schema, one call", "xmllint"), ("zip -6", "zip"),
                       ("export, 2 threads", "two"), ("xmllint and zip, two of each at once", "both2"),
                       ("check, 1 thread", "check")):
        line(text, times(t[name], people))
    compare("xmllint + zip / export, 1 thread", both, t["one"])
    compare("xmllint + zip, two of each / export, 2 threads", t["both2"], t["two"])
    line("two threads instead of one", "wall 1 / %.2f" % (t["one"].wall / t["two"].wall),
         "processor %.2f" % (t["two"].processor / t["one"].processor))


def measure_others(b, people=10000):
    print("%d people: other commands" % people)
    inputs = b.inputs(people)
    output, bundle, documents = b.unpack(inputs)
    log = os.path.join(output, "disclosure-log.csv")
    verified = "%s; unzip -tq '%s'" % (XMLLINT % "", bundle)
    t = b.alternate(first=lambda: b.export(inputs), again=lambda: b.export(inputs, again=True),
                    verify=lambda: b.command("verify", inputs, *(["--xsd", b.o.xsd] if b.o.xsd else []), bundle),
                    tools=lambda: run("cd '%s' && %s" % (documents, verified), b.log),
                    map=lambda: b.command("map", inputs, os.path.join(inputs, "export.csv")),
                    audit=lambda: b.command("audit", inputs, log), sha=lambda: run(["sha256sum", log], b.log))
    line("first run", times(t["first"], people))
    line("second run, all already disclosed", times(t["again"], people))
    compare("first / second run", t["first"], t["again"])
    line("verify", times(t["verify"], people))
    compare("xmllint + unzip -t / verify", t["tools"], t["verify"])
    line("map", times(t["map"], people))
    line("audit", times(t["audit"]))
    compare("sha256sum / audit", t["sha"], t["audit"])
    for threads in (1, 2, 16):
        line("resident at most, %d threads" % threads, "%.0f MB" % (b.export(inputs, threads).kilobytes / 1024))


def measure_shapes(b):
    print("other shapes")
    line("200 people", times(b.alternate(t=lambda: b.export(b.inputs(200)))["t"]))
    t = b.alternate(many=lambda: b.export(b.inputs(600, 200)), one=lambda: b.export(b.inputs(600)),
                    wide=lambda: b.export(b.inputs(2000, 1, 800)), narrow=lambda: b.export(b.inputs(2000)))
    compare("600 people of 200 insurers / of one", t["many"], t["one"])
    compare("800 columns / 100 columns", t["wide"], t["narrow"])


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--xsd")
    options.add_argument("--people", type=int)
    options.add_argument("--repeat", type=int, default=3)
    o = options.parse_args()
    folder = tempfile.mkdtemp(prefix="kenporter-bench-")
    try:
        b = Bench(o, folder)
        print("medians of %d, %s schemas, load %.1f" % (o.repeat, "the ministry's" if o.xsd else "profile", os.getloadavg()[0]))
        for people in [2000, 10000] + ([o.people] if o.people else []):
            measure_export(b, people)
        measure_others(b)
        measure_shapes(b)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

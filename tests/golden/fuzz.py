"""Writes copies of a bundle with random damage.

    fuzz.py BUNDLE FOLDER COUNT SEED

Writes FOLDER/NUMBER_KIND/BUNDLE; the same seed gives the same bytes. Kinds: data (one bit of a member's compressed data), header
(one bit of anything else), bits, cut, splice, insert, and xml (a sound archive with a document whose tags, attributes and words
are shuffled).
"""
import os, random, re, sys, zipfile

WORDS = ["", "0", "1", "9", "-1", "1.5", "20250229", "20269999", "NI", "UNK", "true", "L", "H", "PQ", "CD", "ST", "IVL_PQ", "あ", "Ａ", "&#10;",
         "&#xFFFD;", "9" * 40, "あ" * 300, "1.2.392.200119.6.101", "urn:hl7-org:v3", "9N001000000000001", "{0}", "%s%n"]


def flip(data, at, r):
    data[at] ^= 1 << r.randrange(8)


def data_ranges(raw):
    with zipfile.ZipFile(sys.argv[1]) as z:
        return [(i.header_offset + 30 + len(i.filename), i.compress_size, i.filename) for i in z.infolist()]


def shuffled(text, r):
    """Mostly keeps the declaration and the first tags, since otherwise every document would fail at its root."""
    parts = re.split(r"(<[^>]*>)", text)
    for _ in range(r.randrange(1, 6)):
        a, b = r.randrange(8, len(parts)), r.randrange(8, len(parts))
        what = r.randrange(7)
        if what == 0:
            del parts[a]
        elif what == 1:
            parts.insert(a, parts[b])
        elif what == 2:
            parts[a], parts[b] = parts[b], parts[a]
        elif what == 3 and '"' in parts[a]:
            values = parts[a].split('"')
            values[r.randrange(1, len(values), 2)] = r.choice(WORDS)
            parts[a] = '"'.join(values)
        elif what == 4:
            parts[a] += r.choice(WORDS)
        elif what == 5:  # repeat or remove a whole element
            found = list(re.finditer(r"<(entry|value|id|observation|section|addr|title)[ >].*?</\1>|<(id|value|code)[^>]*/>", "".join(parts)))
            m = r.choice(found)
            whole = "".join(parts)
            parts = re.split(r"(<[^>]*>)", whole[:m.start()] + m.group() * r.choice((0, 2, 3)) + whole[m.end():])
        else:
            parts[a] = re.sub(r'"[^"]*"', '"%s"' % r.choice(WORDS), parts[a], count=1)
    return "".join(parts)


def rewritten(members, r, path):
    documents = [n for n in members if "/DATA/" in n] + [n for n in members if n.endswith("ix08_V08.xml")]
    victim = r.choice(documents)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        for name, content in members.items():
            z.writestr(zipfile.ZipInfo(name), shuffled(content.decode(), r).encode() if name == victim else content, zipfile.ZIP_DEFLATED)


def damaged(raw, ranges, kind, r):
    data = bytearray(raw)
    inside = lambda at: any(start <= at < start + n for start, n, _ in ranges)
    if kind == "data":
        start, n, _ = r.choice(ranges)
        flip(data, start + r.randrange(n), r)
    elif kind == "header":
        flip(data, r.choice([at for at in range(len(data)) if not inside(at)]), r)
    elif kind == "bits":
        for _ in range(r.randrange(2, 9)):
            flip(data, r.randrange(len(data)), r)
    elif kind == "cut":
        data = data[:r.randrange(len(data))] if r.randrange(2) else data[r.randrange(1, len(data)):]
    else:
        a, b, n = r.randrange(len(data)), r.randrange(len(data)), r.randrange(1, 400)
        data[b:b + (n if kind == "splice" else 0)] = data[a:a + n]
    return bytes(data)


def main(bundle, folder, count, seed):
    r = random.Random(int(seed))
    with open(bundle, "rb") as file:
        raw = file.read()
    with zipfile.ZipFile(bundle) as z:
        members = {i.filename: z.read(i) for i in z.infolist()}
    ranges = data_ranges(raw)
    for number in range(int(count)):
        kind = r.choice(("data", "data", "header", "bits", "cut", "splice", "insert", "xml", "xml", "xml"))
        path = os.path.join(folder, "%04d_%s" % (number, kind), os.path.basename(bundle))
        os.makedirs(os.path.dirname(path))
        if kind == "xml":
            rewritten(members, r, path)
            continue
        with open(path, "wb") as file:
            file.write(damaged(raw, ranges, kind, r))


if __name__ == "__main__":
    main(*sys.argv[1:])

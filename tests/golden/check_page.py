"""Checks a page for people.

    check_page.py LANG PAGE...

Each PAGE is in the language, needs nothing from elsewhere, runs nothing, has headings in order, table headers with a scope and ids
that occur once, and its links lead to ids or files that exist. On a Japanese page no text outside code is an id of the program
(no_request); exit 1 names the fault.
"""
import html.parser, os, re, sys

VOID = {"meta", "br", "rect", "hr", "img", "link"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.headings, self.ids, self.links, self.faults, self.texts, self.lang = [], [], [], [], [], [], ""

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.lang = a.get("lang", "") if tag == "html" else self.lang
        self.ids += [a["id"]] if "id" in a else []
        self.links += [a["href"]] if "href" in a else []
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        if tag in ("script", "iframe", "link", "img", "base", "form") or "src" in a or any(k.startswith("on") for k in a):
            self.faults.append("<%s>" % tag)
        if tag == "th" and "scope" not in a:
            self.faults.append("th without scope")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append("</%s> closes nothing" % tag)

    def handle_data(self, data):
        if not {"style", "code", "pre", "a"} & set(self.open):
            self.texts.append(data)


faults = []
for path in sys.argv[2:]:
    page = Page()
    with open(path, encoding="utf-8") as file:
        text = file.read()
    page.feed(text)
    found = page.faults + ["<%s> is open" % tag for tag in page.open]
    found += ["language %s" % page.lang] if page.lang != sys.argv[1] else []
    found += ["heading h%d after h%d" % (b, a) for a, b in zip([0] + page.headings, page.headings) if b > a + 1]
    found += ["%d h1" % page.headings.count(1)] if page.headings.count(1) != 1 else []
    found += ["id %s twice" % i for i in set(page.ids) if page.ids.count(i) > 1]
    found += ["url"] if re.search(r"https?:|url\(|@import", text) else []
    for link in page.links:
        exists = link[1:] in page.ids if link.startswith("#") else os.path.exists(os.path.join(os.path.dirname(path), link))
        found += [] if exists else ["link to %s" % link]
    if page.lang == "ja":
        found += ["id %s" % i for t in page.texts for i in re.findall(r"\b[a-z]+_[a-z_]+\b", t) if i not in ("exam_kind", "required_items", "chiho_kyosai", "shigaku_kyosai")]
    faults += ["%s: %s" % (path, fault) for fault in found]
    if not page.headings or not page.texts:
        faults.append("%s: nothing to look at" % path)
sys.exit("\n".join(faults) or 0)

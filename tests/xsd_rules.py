"""The rules of the profile schemas, each by a name of its own, and whether a table of edits knows them all.

xsd_rules.py SCHEMAS TABLE        exit 1 and names: rules without a row, rows without a rule
xsd_rules.py SCHEMAS TABLE DIR    also takes one rule after the other out of the schemas (or makes a liberty a demand) and
                                  asks xmllint again about the edited documents, DIR/ID.xml: the verdict must turn where the
                                  row says that it hangs on this rule "alone", and nowhere else

A rule is FILE/PATH:KIND. The path is made of names: of types, groups and elements, @ before attributes. What a schema leaves
unsaid (no other element, attribute or text) has no name here; the test program tries it on every element.
Columns of the table: id, rule, words, base (document or index), edit (see test_xsd_rules.c; empty: no document breaks it),
expected (the element kenporter names, or "valid"), alone (yes, no), note (why not alone).
"""
import csv, os, shutil, subprocess, sys, tempfile
from xml.dom import minidom

FILES = {"hc08": "hc08_V08.xsd", "ix08": "ix08_V08.xsd", "base": "coreschemas/datatypes-base_hcgv08.xsd",
         "names": "coreschemas/datatypes_hcgv08.xsd", "narrative": "coreschemas/narrativeBlock_hcgv08.xsd",
         "voc": "coreschemas/voc_hcgv08.xsd"}
FACETS = ("pattern", "length", "minLength", "maxLength")
ANYTHING = """<xs:complexType xmlns:xs="http://www.w3.org/2001/XMLSchema" name="Anything" mixed="true"><xs:sequence>
<xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/></xs:sequence>
<xs:anyAttribute processContents="skip"/></xs:complexType>"""


def kind(node):
    return node.tagName.split(":")[1]


def children(node):
    return [c for c in node.childNodes if c.nodeType == c.ELEMENT_NODE]


def put(node, name, value):
    if value is None:
        node.removeAttribute(name)
    else:
        node.setAttribute(name, value)


def drop(node):
    node.parentNode.removeChild(node)


def loosen_type(node):
    """The type of this element and of its namesakes in the same definition, which must share it."""
    top, abstract = node, node.getAttribute("type") in ("ANY", "RangeValue")  # whose place others take by xsi:type
    while kind(top.parentNode) != "schema":
        top = top.parentNode
    for other in [top] + top.getElementsByTagName("xs:element"):
        if other.getAttribute("name") == node.getAttribute("name"):
            put(other, "type", "xs:anyType" if abstract else "Anything")
    top.parentNode.appendChild(minidom.parseString(ANYTHING).documentElement)


def swap(node):
    before = node.previousSibling
    while before.nodeType != before.ELEMENT_NODE:
        before = before.previousSibling
    node.parentNode.insertBefore(node, before)


def let_any_attribute(node):
    wildcard = node.ownerDocument.createElement("xs:anyAttribute")
    wildcard.setAttribute("processContents", "skip")
    node.parentNode.replaceChild(wildcard, node)


class Rules:
    """Lists (name, loosen): loosen takes the rule out of the document it stands in; None where that cannot be done."""

    def __init__(self, stem, document):
        self.stem, self.found, self.used = stem, [], {}
        self.add(stem + ":namespace", None)
        for node in children(document.documentElement):
            self.visit(node, stem)

    def add(self, name, loosen):
        self.found.append((name, loosen))

    def unique(self, path):
        n = self.used[path] = self.used.get(path, 0) + 1
        return path if n == 1 else "%s#%d" % (path, n)

    def visit(self, node, path):
        getattr(self, "on_" + kind(node), self.unknown)(node, path)

    def below(self, node, path):
        for child in children(node):
            self.visit(child, path)

    def unknown(self, node, path):
        sys.exit("%s: what is <%s>?" % (path, node.tagName))

    def on_include(self, node, path):
        pass  # without it the schema does not load

    def occurrence(self, node, path):
        low, high = node.getAttribute("minOccurs"), node.getAttribute("maxOccurs") or "1"
        in_choice = kind(node.parentNode) == "choice"
        if in_choice:
            self.add(path + ":allowed", lambda: drop(node))
        elif low == "0":
            self.add(path + ":optional", lambda: put(node, "minOccurs", "1"))
        else:
            self.add(path + ":required", lambda: put(node, "minOccurs", "0"))
        if high == "unbounded":
            self.add(path + ":many", lambda: put(node, "maxOccurs", "1"))
        elif not in_choice:
            self.add(path + ":at most " + high, lambda: put(node, "maxOccurs", "unbounded"))
        if kind(node.parentNode) == "sequence" and children(node.parentNode)[0] is not node:
            self.add(path + ":order", lambda: swap(node))

    def on_element(self, node, path):
        path = self.unique(path + "/" + node.getAttribute("name"))
        if kind(node.parentNode) == "schema":
            self.add(path + ":root", lambda: put(node, "name", node.getAttribute("name") + "x"))
        else:
            self.occurrence(node, path)
        if node.hasAttribute("type"):
            self.add(path + ":type", lambda: loosen_type(node))
        if node.hasAttribute("block"):
            self.add(path + ":block", lambda: put(node, "block", None))
        self.below(node, path)

    def on_any(self, node, path):
        path = self.unique(path + "/any")
        self.occurrence(node, path)
        self.add(path + ":namespace", lambda: (put(node, "namespace", "##any"), put(node, "processContents", "lax")))
        self.add(path + ":strict", lambda: put(node, "processContents", "skip"))

    def model(self, node, path):
        if kind(node.parentNode) in ("sequence", "choice") or kind(node) == "choice":
            own = self.unique(path + "/" + kind(node))
            if kind(node.parentNode) in ("sequence", "choice") or node.hasAttribute("minOccurs"):
                self.occurrence(node, own)
            else:
                self.add(own + ":required", lambda: put(node, "minOccurs", "0"))
                self.add(own + ":" + ("many" if node.hasAttribute("maxOccurs") else "at most 1"),
                         lambda: put(node, "maxOccurs", "1" if node.hasAttribute("maxOccurs") else "unbounded"))
        self.below(node, path)

    on_sequence = on_choice = model

    def on_group(self, node, path):
        if node.hasAttribute("ref"):
            self.occurrence(node, self.unique(path + "/" + node.getAttribute("ref")))
        else:
            self.below(node, path + "/" + node.getAttribute("name"))

    def on_attributeGroup(self, node, path):
        if node.hasAttribute("ref"):
            self.add("%s/@%s:used" % (path, node.getAttribute("ref")), lambda: let_any_attribute(node))
        else:
            self.below(node, path + "/" + node.getAttribute("name"))

    def on_attribute(self, node, path):
        path = "%s/@%s" % (path, node.getAttribute("name"))
        if node.getAttribute("use") == "required":
            self.add(path + ":required", lambda: put(node, "use", "optional"))
        else:
            self.add(path + ":optional", lambda: put(node, "use", "required"))
        if node.hasAttribute("fixed"):
            self.add(path + ":fixed", lambda: put(node, "fixed", None))
        narrowed = kind(node.parentNode) == "restriction" and node.parentNode.getAttribute("base") != "ANY"
        if node.getAttribute("type") != "xs:string":  # without its narrower type, it has that of the type it narrows
            self.add(path + ":type", lambda: drop(node) if narrowed else put(node, "type", "xs:string"))

    def on_anyAttribute(self, node, path):
        self.add(path + "/@any:allowed", None)

    def on_complexType(self, node, path):
        if node.hasAttribute("name"):
            path += "/" + node.getAttribute("name")
        if node.hasAttribute("abstract"):
            self.add(path + ":abstract", lambda: put(node, "abstract", None))
        if node.hasAttribute("mixed"):
            self.add(path + ":mixed", lambda: put(node, "mixed", None))
        self.below(node, path)

    on_complexContent = on_simpleContent = below

    def on_simpleType(self, node, path):
        self.below(node, path + "/" + node.getAttribute("name") if node.hasAttribute("name") else path + "/text")

    def on_restriction(self, node, path):
        if node.getAttribute("base") != "xs:string":
            simple = kind(node.parentNode) == "simpleType"
            self.add(path + ":base", (lambda: put(node, "base", "xs:string")) if simple else None)
        if any(kind(c) == "enumeration" for c in children(node)):
            self.add(path + ":enumeration", lambda: [drop(c) for c in children(node)])
        self.below(node, path)

    on_extension = on_restriction

    def facet(self, node, path):
        self.add("%s:%s" % (path, kind(node)), lambda: drop(node))

    on_pattern = on_length = on_minLength = on_maxLength = facet

    def on_enumeration(self, node, path):
        self.add("%s:value %s" % (path, node.getAttribute("value")), lambda: drop(node))

    def on_key(self, node, path):
        path += "/" + node.getAttribute("name")
        self.add(path + ":unique", lambda: drop(node))
        self.below(node, path)

    def on_selector(self, node, path):
        parts = node.getAttribute("xpath").split("|")
        for part in parts:
            others = "|".join(p for p in parts if p != part)
            self.add("%s:selector %s" % (path, part), lambda others=others: put(node, "xpath", others))

    def on_field(self, node, path):
        self.add("%s:field %s" % (path, node.getAttribute("xpath")), lambda: drop(node.parentNode))


def rules(schemas):
    """All of them: name -> (file, function that gives the file's text without the rule, or None)."""
    found = {}
    for stem, file in FILES.items():
        path = os.path.join(schemas, file)
        for i, (name, loosen) in enumerate(Rules(stem, minidom.parse(path)).found):
            if name in found:
                sys.exit("two rules are called " + name)
            found[name] = (file, loosen and (lambda path=path, stem=stem, i=i: without(path, stem, i)))
    return found


def without(path, stem, i):
    document = minidom.parse(path)
    Rules(stem, document).found[i][1]()
    return document.toxml("utf-8")


def turns(schemas, folder, file, text, rows, documents):
    """Ids of the rows that xmllint judges otherwise when that file of the schemas has this text."""
    with open(os.path.join(folder, file), "wb") as out:
        out.write(text)
    root = FILES["ix08" if rows[0]["base"] == "index" else "hc08"]
    run = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", os.path.join(folder, root)] +
                         [os.path.join(documents, r["id"] + ".xml") for r in rows], capture_output=True, text=True)
    shutil.copy(os.path.join(schemas, file), os.path.join(folder, file))
    verdicts = {os.path.basename(line) for line in run.stderr.split("\n")}
    return {r["id"] for r in rows
            if r["id"] + (".xml fails to validate" if r["expected"] == "valid" else ".xml validates") in verdicts}


def main(schemas, table, documents=None):
    schemas = os.path.join(schemas, "xsd")
    found = rules(schemas)
    with open(table, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = ["no row: " + name for name in found if name not in {r["rule"] for r in rows}]
    wrong += ["no rule: %s %s" % (r["id"], r["rule"]) for r in rows if r["rule"] not in found]
    wrong += ["no reason: " + r["id"] for r in rows if (r["alone"] == "yes") != (r["note"] == "")]
    wrong += ["two rows: " + r["id"] for i, r in enumerate(rows) if r["id"] in {q["id"] for q in rows[:i]}]
    turned = 0
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(schemas, folder, dirs_exist_ok=True)
        for name, (file, text) in found.items() if documents and not wrong else ():
            tried = [r for r in rows if r["rule"] == name and r["edit"]]
            otherwise = turns(schemas, folder, file, text(), tried, documents) if text and tried else set()
            turned += len(otherwise)
            wrong += ["alone? %s %s" % (r["id"], name) for r in tried if (r["id"] in otherwise) != (r["alone"] == "yes")]
    for line in wrong:
        print(line)
    print("%d rules, %d rows, %d turn on their rule alone" % (len(found), len(rows), turned))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Lists the rules of the profile schemas and compares them with a table of edits.

    xsd_rules.py SCHEMAS TABLE        exit 1 and names: rules without a row, rows without a rule
    xsd_rules.py SCHEMAS TABLE DIR    also removes one rule after the other from the schemas (or makes an optional part required)
                                      and runs xmllint on the edited documents, DIR/ID.xml: the verdict must change exactly
                                      where the row has "alone"

A rule is FILE/PATH:KIND; the path consists of the names of types, groups and elements, with @ before attributes. What a schema
does not declare (any other element, attribute or text) has no rule; test_xsd_rules.c adds something foreign to every element.
Columns of the table: id, rule, words, base (document or index), edit (see test_xsd_rules.c; empty: no document breaks the rule),
expected (the element kenporter names, or "valid"), alone (yes, no), note (why not alone).
"""
import csv, os, shutil, subprocess, sys, tempfile
import xml.etree.ElementTree as ET

FILES = {"hc08": "hc08_V08.xsd", "ix08": "ix08_V08.xsd", "base": "coreschemas/datatypes-base_hcgv08.xsd",
         "names": "coreschemas/datatypes_hcgv08.xsd", "narrative": "coreschemas/narrativeBlock_hcgv08.xsd",
         "voc": "coreschemas/voc_hcgv08.xsd"}
FACETS = ("pattern", "length", "minLength", "maxLength")
XS = "{http://www.w3.org/2001/XMLSchema}"
ANYTHING = ET.fromstring("""<xs:complexType xmlns:xs="http://www.w3.org/2001/XMLSchema" name="Anything" mixed="true">
<xs:sequence><xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/></xs:sequence>
<xs:anyAttribute processContents="skip"/></xs:complexType>""")
ET.register_namespace("xs", XS[1:-1])


def kind(node):
    return node.tag.replace(XS, "")


def put(node, name, value):
    if value is None:
        del node.attrib[name]
    else:
        node.set(name, value)


class Rules:
    """Lists (name, loosen); loosen removes the rule from its schema, None if that is impossible."""

    def __init__(self, stem, root):
        self.stem, self.found, self.used, self.root = stem, [], {}, root
        self.parent = {child: node for node in root.iter() for child in node}
        self.add(stem + ":namespace", None)
        self.below(root, stem)

    def drop(self, node):
        self.parent[node].remove(node)

    def swap(self, node):
        around = self.parent[node]
        i = list(around).index(node)
        around.remove(node)
        around.insert(i - 1, node)

    def loosen_type(self, node):
        """Loosens the type of this element and of those of the same name in the definition, which must share it."""
        abstract = node.get("type") in ("ANY", "RangeValue")  # replaced by others through xsi:type
        top = node
        while self.parent[top] is not self.root:
            top = self.parent[top]
        for other in top.iter(XS + "element"):
            if other.get("name") == node.get("name"):
                put(other, "type", "xs:anyType" if abstract else "Anything")
        self.root.append(ANYTHING)

    def let_any_attribute(self, node):
        node.tag, node.attrib = XS + "anyAttribute", {"processContents": "skip"}

    def add(self, name, loosen):
        self.found.append((name, loosen))

    def unique(self, path):
        n = self.used[path] = self.used.get(path, 0) + 1
        return path if n == 1 else "%s#%d" % (path, n)

    def visit(self, node, path):
        getattr(self, "on_" + kind(node), self.unknown)(node, path)

    def below(self, node, path):
        for child in node:
            self.visit(child, path)

    def unknown(self, node, path):
        sys.exit("%s: what is <%s>?" % (path, node.tag))

    def on_include(self, node, path):
        pass  # without it the schema does not load

    def occurrence(self, node, path):
        low, high = node.get("minOccurs"), node.get("maxOccurs") or "1"
        in_choice = kind(self.parent[node]) == "choice"
        if in_choice:
            self.add(path + ":allowed", lambda: self.drop(node))
        elif low == "0":
            self.add(path + ":optional", lambda: put(node, "minOccurs", "1"))
        else:
            self.add(path + ":required", lambda: put(node, "minOccurs", "0"))
        if high == "unbounded":
            self.add(path + ":many", lambda: put(node, "maxOccurs", "1"))
        elif not in_choice:
            self.add(path + ":at most " + high, lambda: put(node, "maxOccurs", "unbounded"))
        if kind(self.parent[node]) == "sequence" and self.parent[node][0] is not node:
            self.add(path + ":order", lambda: self.swap(node))

    def on_element(self, node, path):
        path = self.unique(path + "/" + node.get("name"))
        if kind(self.parent[node]) == "schema":
            self.add(path + ":root", lambda: put(node, "name", node.get("name") + "x"))
        else:
            self.occurrence(node, path)
        if "type" in node.attrib:
            self.add(path + ":type", lambda: self.loosen_type(node))
        if "block" in node.attrib:
            self.add(path + ":block", lambda: put(node, "block", None))
        self.below(node, path)

    def on_any(self, node, path):
        path = self.unique(path + "/any")
        self.occurrence(node, path)
        self.add(path + ":namespace", lambda: (put(node, "namespace", "##any"), put(node, "processContents", "lax")))
        self.add(path + ":strict", lambda: put(node, "processContents", "skip"))

    def model(self, node, path):
        if kind(self.parent[node]) in ("sequence", "choice") or kind(node) == "choice":
            own = self.unique(path + "/" + kind(node))
            if kind(self.parent[node]) in ("sequence", "choice") or "minOccurs" in node.attrib:
                self.occurrence(node, own)
            else:
                self.add(own + ":required", lambda: put(node, "minOccurs", "0"))
                self.add(own + ":" + ("many" if "maxOccurs" in node.attrib else "at most 1"),
                         lambda: put(node, "maxOccurs", "1" if "maxOccurs" in node.attrib else "unbounded"))
        self.below(node, path)

    on_sequence = on_choice = model

    def on_group(self, node, path):
        if "ref" in node.attrib:
            self.occurrence(node, self.unique(path + "/" + node.get("ref")))
        else:
            self.below(node, path + "/" + node.get("name"))

    def on_attributeGroup(self, node, path):
        if "ref" in node.attrib:
            self.add("%s/@%s:used" % (path, node.get("ref")), lambda: self.let_any_attribute(node))
        else:
            self.below(node, path + "/" + node.get("name"))

    def on_attribute(self, node, path):
        path = "%s/@%s" % (path, node.get("name"))
        if node.get("use") == "required":
            self.add(path + ":required", lambda: put(node, "use", "optional"))
        else:
            self.add(path + ":optional", lambda: put(node, "use", "required"))
        if "fixed" in node.attrib:
            self.add(path + ":fixed", lambda: put(node, "fixed", None))
        narrowed = kind(self.parent[node]) == "restriction" and self.parent[node].get("base") != "ANY"
        if node.get("type") != "xs:string":  # without its narrower type, it has that of the type it narrows
            self.add(path + ":type", lambda: self.drop(node) if narrowed else put(node, "type", "xs:string"))

    def on_anyAttribute(self, node, path):
        self.add(path + "/@any:allowed", None)

    def on_complexType(self, node, path):
        if "name" in node.attrib:
            path += "/" + node.get("name")
        if "abstract" in node.attrib:
            self.add(path + ":abstract", lambda: put(node, "abstract", None))
        if "mixed" in node.attrib:
            self.add(path + ":mixed", lambda: put(node, "mixed", None))
        self.below(node, path)

    on_complexContent = on_simpleContent = below

    def on_simpleType(self, node, path):
        self.below(node, path + "/" + node.get("name") if "name" in node.attrib else path + "/text")

    def on_restriction(self, node, path):
        if node.get("base") != "xs:string":
            simple = kind(self.parent[node]) == "simpleType"
            self.add(path + ":base", (lambda: put(node, "base", "xs:string")) if simple else None)
        if node.find(XS + "enumeration") is not None:
            self.add(path + ":enumeration", lambda: [self.drop(c) for c in list(node)])
        self.below(node, path)

    on_extension = on_restriction

    def facet(self, node, path):
        self.add("%s:%s" % (path, kind(node)), lambda: self.drop(node))

    on_pattern = on_length = on_minLength = on_maxLength = facet

    def on_enumeration(self, node, path):
        self.add("%s:value %s" % (path, node.get("value")), lambda: self.drop(node))

    def on_key(self, node, path):
        path += "/" + node.get("name")
        self.add(path + ":unique", lambda: self.drop(node))
        self.below(node, path)

    def on_selector(self, node, path):
        parts = node.get("xpath").split("|")
        for part in parts:
            others = "|".join(p for p in parts if p != part)
            self.add("%s:selector %s" % (path, part), lambda others=others: put(node, "xpath", others))

    def on_field(self, node, path):
        self.add("%s:field %s" % (path, node.get("xpath")), lambda: self.drop(self.parent[node]))


def rules(schemas):
    """All of them: name -> (file, function that gives the file's text without the rule, or None)."""
    found = {}
    for stem, file in FILES.items():
        path = os.path.join(schemas, file)
        for i, (name, loosen) in enumerate(Rules(stem, ET.parse(path).getroot()).found):
            if name in found:
                sys.exit("two rules are called " + name)
            found[name] = (file, loosen and (lambda path=path, stem=stem, i=i: without(path, stem, i)))
    return found


def without(path, stem, i):
    root = ET.parse(path).getroot()
    Rules(stem, root).found[i][1]()
    ns = root.get("targetNamespace")  # of names within attributes, where the tree does not see them
    root.set("xmlns", ns)
    root.set("xmlns:v3", ns)
    return ET.tostring(root, "utf-8")


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

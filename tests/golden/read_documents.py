"""Compares the golden documents, element by element, with the standard form, independently of the program.

    read_documents.py DOCUMENTS SCHEMAS

Builds the expected content from settings.csv and the item catalogue; exit 0 if all documents agree.
"""
import csv, os, sys, unicodedata
import xml.etree.ElementTree as ET

OID = "1.2.392.200119.6."
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
CDA = "urn:hl7-org:v3"
INDEX = "https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/0000161103.html"
CREATED = "20260401"
TITLES = {"01010": "検査・問診結果セクション", "01990": "任意追加項目セクション"}
IN_WORDS = ("9N001000000000001", "9N006000000000001", "9N011000000000001", "9N016160100000001", "9N501000000000011",
            "9N506000000000011")
BOTH_VALUES_FROM = "20130401"  # day of the examination; before it the mark replaced the number


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Case:
    """The settings of one document."""

    def __init__(self, name, settings, catalogue, words):
        self.field, self.insurer, self.sender, self.values = {}, {"symbol_width": "as_given"}, {}, {}
        self.band, self.documents, self.catalogue, self.words = "40to74", None, catalogue, words
        for row in settings:
            if row["document"] in ("", name):
                self.take(row)

    def take(self, row):
        if row["kind"] == "item":
            self.values[row["name"]] = row
        elif row["kind"] == "band":
            self.band = row["value"]
        elif row["kind"] == "index":
            self.documents = row["value"]
        else:
            getattr(self, row["kind"])[row["name"]] = row["value"]

    def goes_out(self, code):
        return code in self.values and self.values[code]["state"] != "withheld"


def E(name, attributes=None, *inside):
    """An element as it should be: children are tuples, text is a string."""
    return (name, attributes or {}, list(inside))


def identifier(root, extension):
    return E("id", {"root": OID + root, "extension": extension})


NO_ID = E("id", {"nullFlavor": "NI"})


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in unicodedata.normalize("NFKC", text))


def on_card(case, text):
    width = case.insurer["symbol_width"]
    return text if width == "as_given" else full_width(text) if width == "full" else unicodedata.normalize("NFKC", text)


def address(postal_code, text):
    return E("addr", {}, *([E("postalCode", {}, postal_code)] if postal_code else []), text)


def organisation(number, name, phone, postal_code, place):
    inside = [identifier("102", number), E("name", {}, name)]
    if phone:
        inside.append(E("telecom", {"value": "tel:" + phone}))
    if place:
        inside.append(address(postal_code, place))
    return E("representedOrganization", {}, *inside)


def record_target(case):
    f = case.field
    ids = [identifier("101", f["insurer_number"])]
    if f.get("insured_symbol"):
        ids.append(identifier("204", on_card(case, f["insured_symbol"])))
    ids.append(identifier("205", on_card(case, f["insured_number"])))
    ids += [identifier(root, f[name]) for name, root in (("insured_branch", "211"), ("qualification", "206")) if f.get(name)]
    sex = {"code": f["sex"], "codeSystem": OID + "1104"}
    patient = E("patient", {}, E("name", {}, f["name_kana"]), E("administrativeGenderCode", sex),
                E("birthTime", {"value": f["birth_date"]}))
    return E("recordTarget", {}, E("patientRole", {}, *ids, address(f["postal_code"], f["address"]), patient))


def author(case):
    s = case.sender
    return E("author", {}, E("time", {"value": CREATED}),
             E("assignedAuthor", {}, NO_ID, organisation(case.insurer["sender_number"], s["name"], s.get("phone"),
                                                         s.get("postal_code"), s.get("address"))))


def ticket(case):
    f = case.field
    if not f.get("ticket_number"):
        return []
    return [E("participant", {"typeCode": "HLD"}, E("functionCode", {"code": "1", "codeSystem": OID + "208"}),
              E("time", {}, E("high", {"value": f["ticket_expires"]})),
              E("associatedEntity", {"classCode": "IDENT"}, identifier("209.1" + f["insurer_number"], f["ticket_number"]),
                E("scopingOrganization", {}, identifier("101", f["insurer_number"]))))]


def examination(case, programme):
    f = case.field
    return E("documentationOf", {}, E(
        "serviceEvent", {}, E("code", {"code": programme, "codeSystem": OID + "1002"}),
        E("effectiveTime", {"value": f["exam_date"]}),
        E("performer", {"typeCode": "PRF"}, E("assignedEntity", {}, NO_ID, organisation(
            f["facility_number"], f["facility_name"], f.get("facility_phone"), f.get("facility_postal_code"),
            f.get("facility_address"))))))


def with_unit(attributes, unit):
    return dict(attributes, unit=unit) if unit else attributes


def values(case, item, v):
    kind = {"xsi:type": item["value_type"]}
    if v["state"] == "not_measurable":
        return [E("value", dict(kind, nullFlavor="NI"))]
    if item["value_type"] == "ST":
        return [E("value", kind, v["value"])]
    if item["value_type"] != "PQ":
        return [E("value", dict(kind, code=v["value"], codeSystem=item["code_system"]))]
    measured = E("value", with_unit(dict(kind, value=v["value"]), item["unit"]))
    if not v["limit"]:
        return [measured]
    mark = E("value", {"xsi:type": "CD", "code": v["limit"], "codeSystem": "2.16.840.1.113883.5.83",
                       "displayName": {"L": "以下", "H": "以上"}[v["limit"]]})
    return [mark] if case.field["exam_date"] < BOTH_VALUES_FROM else [mark, measured]


def reference_range(item, v):
    limits = [E(name, with_unit({"value": v[name]}, item["unit"])) for name in ("low", "high") if v[name]]
    if v["limit"] or not limits:
        return []
    return [E("referenceRange", {}, E("observationRange", {"classCode": "OBS", "moodCode": "EVN.CRT"},
                                      E("value", {"xsi:type": "IVL_PQ"}, *limits)))]


def doctor(case, item):
    name = item["author_item"]
    if not name or not case.goes_out(name) or case.values[name]["state"]:
        return []
    return [E("author", {}, E("time", {"nullFlavor": "NI"}),
              E("assignedAuthor", {}, NO_ID, E("assignedPerson", {}, E("name", {}, case.values[name]["value"]))))]


def observation(case, item):
    v = case.values[item["item_code"]]
    attributes = {"classCode": "OBS", "moodCode": "EVN"}
    code = E("code", {"code": item["item_code"], "displayName": item["name"]})
    if v["state"] == "not_done":
        return E("observation", dict(attributes, negationInd="true"), code)
    inside = [code] + values(case, item, v)
    if v["flag"] and not v["limit"]:
        inside.append(E("interpretationCode", {"code": v["flag"]}))
    if item["method_code"]:
        inside.append(E("methodCode", {"code": item["method_code"]}))
    return E("observation", attributes, *inside, *doctor(case, item), *reference_range(item, v))


def group(case, members):
    below = [E("entryRelationship", {"typeCode": item["group_relation"][:4]}, observation(case, item)) for item in members]
    return E("observation", {"classCode": "OBS", "moodCode": "EVN"}, E("code", {"nullFlavor": "NA"}), *below)


def in_words(case, item):
    value = case.values[item["item_code"]]["value"]
    return case.words[item["code_system"], value] if item["code_system"] else value


def limit(case, item):
    return {"": "", "L": "以下", "H": "以上"}[case.values[item["item_code"]]["limit"]]


def narrative(case, items):
    told = [item for item in items if item["item_code"] in IN_WORDS and not case.values[item["item_code"]]["state"]]
    lines = [E("item", {}, "%s %s%s%s" % (i["name"], in_words(case, i), i["unit"], limit(case, i))) for i in told]
    return E("text", {}, *([E("list", {}, *lines)] if lines else []))


def is_of_programme(case, item):
    """Items of the programme's own section are those that the catalogue asks for, or allows, in 特定健診; what may be a
    detailed test (2) only with 対象者 or 実施理由, unless the insurer wants it so."""
    reasons = [i for i in case.catalogue if i["group_id"] == item["group_id"] and i["group_relation"].startswith("RSON")]
    if item["tokutei_need"] != "2" or case.insurer.get("detailed_without_reason") == "01010":
        return item["tokutei_need"] != "0"
    return any(case.goes_out(i["item_code"]) for i in reasons)


def section(case, code, of_programme):
    doctors = {i["author_item"] for i in case.catalogue} - {""}
    items = [i for i in case.catalogue if case.goes_out(i["item_code"]) and i["item_code"] not in doctors and
             is_of_programme(case, i) == of_programme]
    if not items:
        return []
    entries, written = [], set()
    for item in items:
        members = [i for i in items if i["group_id"] == item["group_id"]]
        if not item["group_id"]:
            entries.append(E("entry", {}, observation(case, item)))
        elif item["group_id"] not in written:
            entries.append(E("entry", {}, group(case, members)))
            written.add(item["group_id"])
    return [E("component", {}, E("section", {}, E("code", {"code": code, "codeSystem": OID + "1010"}),
                                 E("title", {}, TITLES["01010" if of_programme else "01990"]), narrative(case, items),
                                 *entries))]


def document(case):
    target, n = case.band == "40to74", case.insurer
    report = case.field.get("report_category") or n["report_40to74" if target else "report_under40"]
    programme = case.field.get("programme") or n["programme_40to74" if target else "programme_under40"]
    custodian = E("representedCustodianOrganization", {}, NO_ID)
    sections = section(case, "01010" if target else n["section_under40"], True) + section(case, "01990", False)
    return E("ClinicalDocument", {"xsi:schemaLocation": CDA + " ../XSD/hc08_V08.xsd"},
             E("typeId", {"root": "2.16.840.1.113883.1.3", "extension": "POCD_HD000040"}), NO_ID,
             E("code", {"code": report, "codeSystem": OID + "1001"}), E("effectiveTime", {"value": CREATED}),
             E("confidentialityCode", {"code": "N", "codeSystem": "2.16.840.1.113883.5.25"}), record_target(case),
             author(case), E("custodian", {}, E("assignedCustodian", {}, custodian)), *ticket(case),
             examination(case, programme), E("component", {}, E("structuredBody", {}, *sections)))


def index(case):
    n = case.insurer
    return E("index", {"xsi:schemaLocation": INDEX + " ./XSD/ix08_V08.xsd"},
             E("interactionType", {"code": n["interaction_type"]}), E("creationTime", {"value": CREATED}),
             E("sender", {}, identifier("102", n["sender_number"])), E("receiver", {}, identifier("101", n["number"])),
             E("serviceEventType", {"code": n["service_event"]}), E("totalRecordCount", {"value": case.documents}))


def as_read(element, ns):
    """What the reader found, in the form of E; text between elements is a child like them."""
    inside = [element.text] if element.text else []
    for child in element:
        inside += [as_read(child, ns)] + ([child.tail] if child.tail else [])
    attributes = {name.replace(XSI, "xsi:"): value for name, value in element.attrib.items()}
    return (element.tag.replace("{%s}" % ns, ""), attributes, inside)


def difference(wanted, found, path=""):
    if isinstance(wanted, str) or isinstance(found, str):
        return None if wanted == found else "%s: %r, not %r" % (path, found, wanted)
    path += "/" + wanted[0]
    if wanted[:2] != found[:2]:
        return "%s: %r, not %r" % (path, found[:2], wanted[:2])
    for a, b in zip(wanted[2], found[2]):
        told = difference(a, b, path)
        if told:
            return told
    if len(wanted[2]) != len(found[2]):
        return "%s holds %d, not %d" % (path, len(found[2]), len(wanted[2]))
    return None


def fault_of(path, case):
    with open(path, "rb") as file:
        data = file.read()
    if not data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<') or not data.endswith(b">\n") or b"\r" in data:
        return "not framed as it should be"
    ns = INDEX if case.documents else CDA
    return difference(index(case) if case.documents else document(case), as_read(ET.fromstring(data), ns))


def main(folder, schemas):
    catalogue = sorted(rows(os.path.join(schemas, "items.csv")), key=lambda item: int(item["order"]))
    words = {(row["code_system"], row["code"]): row["display"] for row in rows(os.path.join(schemas, "code_systems.csv"))}
    settings = rows(os.path.join(folder, "settings.csv"))
    faults = 0
    for case in rows(os.path.join(folder, "cases.csv")):
        fault = fault_of(os.path.join(folder, case["file"]), Case(case["file"][:-4], settings, catalogue, words))
        if fault:
            print("%s: %s" % (case["file"], fault))
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

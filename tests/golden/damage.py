"""Damages a sound bundle, and the log beside it, in the ways listed in damage_cases.csv.

    damage.py BUNDLE LOG FOLDER CASE...

Writes each case to FOLDER/CASE: the bundle, and log.csv if the case begins with "log_". Archives are built byte by byte, since
no library would write most of them. The same arguments give the same bytes.
"""
import csv, functools, hashlib, io, os, random, re, shutil, struct, sys, zipfile, zlib

OID = "1.2.392.200119.6."


class Member:
    def __init__(self, name, data=b"", **other):
        self.name, self.data = name, data
        self.method, self.flags, self.host, self.mode = 8, 0, 3, 0o100600
        self.packed = None      # replaces the output of deflate
        self.descriptor = None  # bytes after the data
        self.local, self.central = {}, {}  # fields with wrong values
        self.listed = True
        vars(self).update(other)

    def truth(self):
        packed = self.packed
        if packed is None:
            packed = deflated(self.data) if self.method == 8 else self.data
        return packed, {"signature": b"", "flags": self.flags, "method": self.method, "crc": zlib.crc32(self.data),
                        "packed": len(packed), "size": len(self.data), "name": self.name, "extra": b"", "disk": 0}


@functools.lru_cache(maxsize=64)
def deflated(data):
    stream = zlib.compressobj(1, zlib.DEFLATED, -15)
    return stream.compress(data) + stream.flush()


def stored_block(data):
    return b"\0" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data


def local_header(f):
    return struct.pack("<4s5H3L2H", f["signature"] or b"PK\3\4", 20, f["flags"], f["method"], 0, 33, f["crc"], f["packed"],
                       f["size"], len(f["name"]), len(f["extra"])) + f["name"] + f["extra"]


class Bundle:
    def __init__(self, name, members, log):
        self.name = name
        self.top = self.name[:-4]
        self.members = [Member(*m) for m in members]
        self.log = [list(row) for row in log]
        self.prefix = self.suffix = self.comment = b""
        self.end, self.end64, self.locator = {}, None, {}
        self.cut = None       # a function applied to the finished bytes
        self.kind = "file"
        self.log_kind = "file"
        self.log_tail = b""
        self.relog = True     # the log contains the digest of the bytes written
        self.reseal = True

    # --- members ---

    def documents(self):
        return [m for m in self.members if b"/DATA/h" in m.name]

    def member(self, end):
        return next(m for m in self.members if m.name.endswith(end.encode()))

    def add(self, name, data=b"x", **other):
        self.members.append(Member((self.top + "/" + name).encode(), data, **other))
        return self.members[-1]

    def edit(self, pattern, new, member=None):
        """Replaces the first match; in the first document unless told otherwise."""
        member = member or self.documents()[0]
        text, n = re.subn(pattern, lambda m: m.expand(new) if "\\" in new else new, member.data.decode(), 1, re.S)
        if n != 1:
            sys.exit("nothing to damage: " + pattern)
        member.data = text.encode()

    def index(self, pattern, new):
        self.edit(pattern, new, self.member("ix08_V08.xml"))

    def count(self, n):
        self.index('(totalRecordCount value=")[0-9]+', r"\g<1>%d" % n)

    def rename(self, base, top=True):
        """Another name for the archive, and for its top folder."""
        if top:
            for m in self.members:
                m.name = m.name.replace(self.top.encode(), base.encode(), 1)
            self.top = base
        self.name = base + ".zip"

    def everywhere(self, old, new):
        """In the index, every document and the archive's name."""
        for m in self.documents() + [self.member("ix08_V08.xml")]:
            m.data = m.data.replace(b'"%s"' % old.encode(), b'"%s"' % new.encode())
        self.rename(self.top.replace(old, new))

    # --- bytes ---

    def bytes(self):
        out, directory, n = self.prefix, b"", 0
        for m in self.members:
            packed, truth = m.truth()
            offset = len(out)
            out += local_header({**truth, **m.local}) + packed + (m.descriptor or b"")
            if not m.listed:
                continue
            c = {**truth, "offset": offset, **m.central}
            directory += struct.pack("<4s6H3L5H2L", c["signature"] or b"PK\1\2", m.host << 8 | 20, 20, c["flags"], c["method"], 0,
                                     33, c["crc"], c["packed"], c["size"], len(c["name"]), len(c["extra"]), 0, c["disk"], 0,
                                     m.mode << 16 & 0xFFFFFFFF, c["offset"]) + c["name"] + c["extra"]
            n += 1
        e = {"disk": 0, "of": 0, "here": n, "n": n, "size": len(directory), "start": len(out), **self.end}
        out += directory
        if self.end64 is not None:
            out += self.bytes64(n, len(directory), len(out))
        out += struct.pack("<4s4H2LH", b"PK\5\6", e["disk"], e["of"], e["here"], e["n"], e["size"], e["start"],
                           len(self.comment)) + self.comment
        return self.cut(out + self.suffix) if self.cut else out + self.suffix

    def bytes64(self, n, size, at):
        r = {"signature": b"PK\6\6", "disk": 0, "n": n, "size": size, "start": at - size, **self.end64}
        where = {"signature": b"PK\6\7", "at": at, "disks": 1, **self.locator}
        return struct.pack("<4sQ2H2L4Q", r["signature"], 44, 45, 45, r["disk"], 0, r["n"], r["n"], r["size"],
                           r["start"]) + struct.pack("<4sLQL", where["signature"], 0, where["at"], where["disks"])

    # --- the log ---

    def entries(self, event=None):
        head = self.log[0]
        return [r for r in self.log[1:] if r[head.index("bundle")] == self.name and event in (None, r[head.index("event")])]

    def column(self, name):
        return self.log[0].index(name)

    def log_bytes(self, digest):
        lines, seal = [], "0" * 64
        for number, row in enumerate(self.log):
            if number and self.relog and self.reseal and row[self.column("bundle")] == self.name:
                row[self.column("bundle_sha256")] = digest
            if number and self.reseal:
                row[0], row[-2] = str(number), seal
            out = io.StringIO()
            csv.writer(out, lineterminator="").writerow(row[:-1] if number else row)
            line = out.getvalue()
            if number:
                seal = hashlib.sha256(line.encode()).hexdigest() if self.reseal else row[-1]
                line += "," + seal
            lines.append(line + "\n")
        return "".join(lines).encode()

    def unpack(self, path):
        for m in self.members:
            to = os.path.join(path, m.name.decode()[len(self.top) + 1:])
            os.makedirs(os.path.dirname(to), exist_ok=True)
            with open(to, "wb") as file:
                file.write(m.data)

    def write(self, folder, with_log):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        data, path = b"", os.path.join(folder, self.name)
        if self.kind == "file":
            data = self.bytes()
            with open(path, "wb") as file:
                file.write(data)
        elif self.kind != "absent":
            {"folder": os.mkdir, "pipe": os.mkfifo, "unpacked": self.unpack}[self.kind](path)

        path = os.path.join(folder, "log.csv")
        if self.log_kind == "folder":
            os.mkdir(path)
        elif with_log and self.log_kind != "absent":
            with open(path, "wb") as file:
                file.write(self.log_bytes(hashlib.sha256(data).hexdigest()) if self.log_kind == "file" else self.log_kind)
                file.write(self.log_tail)


CASES = {}


def case(f):
    CASES[f.__name__] = f
    return f


def edits(**of):
    """Cases that are one replacement in the first document."""
    for name, (pattern, new) in of.items():
        CASES[name] = lambda b, pattern=pattern, new=new: b.edit(pattern, new)


def attributes(kind, **of):
    """Cases in which a field of the bundle, or of a header of its first document, is another."""
    for name, values in of.items():
        CASES[name] = lambda b, values=values: vars(b if kind == "bundle" else b.documents()[0]).update(values)


# --- archive: bytes -----------------------------------------------------------------------------------------------------

CASES["sound"] = lambda b: None
attributes("bundle",
           empty_file={"cut": lambda x: b""},
           not_a_zip={"cut": lambda x: b"This is a text and no archive.\n" * 40},
           truncated_half={"cut": lambda x: x[:len(x) // 2]},
           truncated_last_byte={"cut": lambda x: x[:-1]},
           trailing_byte={"suffix": b"\n"},
           empty_archive={"members": []},
           multi_disk_end={"end": {"disk": 1, "of": 1}},
           multi_disk_count={"end": {"here": 3}},
           directory_beyond_file={"end": {"start": 0x7FFFFFFF}},
           directory_at_start={"end": {"start": 0}},
           directory_size_lies={"end": {"size": 46}},
           count_too_high={"end": {"here": 999, "n": 999}},
           count_too_low={"end": {"here": 3, "n": 3}},
           count_zero={"end": {"here": 0, "n": 0}},
           zip64_sound={"end": {"here": 0xFFFF, "n": 0xFFFF}, "end64": {}},
           zip64_all_fields_sound={"end": {"here": 0xFFFF, "n": 0xFFFF, "size": 0xFFFFFFFF, "start": 0xFFFFFFFF}, "end64": {}},
           zip64_count_lies={"end": {"here": 0xFFFF, "n": 0xFFFF}, "end64": {"n": 77}},
           zip64_count_huge={"end": {"here": 0xFFFF, "n": 0xFFFF}, "end64": {"n": 1 << 40}},
           zip64_start_lies={"end": {"here": 0xFFFF, "n": 0xFFFF}, "end64": {"start": 4}},
           zip64_start_wraps={"end": {"here": 0xFFFF, "n": 0xFFFF}, "end64": {"start": (1 << 64) - 8, "size": 1 << 63}},
           zip64_signature={"end": {"here": 0xFFFF, "n": 0xFFFF}, "end64": {"signature": b"PK\6\0"}},
           zip64_locator_missing={"end": {"start": 0xFFFFFFFF}},
           zip64_locator_beyond={"end": {"start": 0xFFFFFFFF}, "end64": {}, "locator": {"at": (1 << 64) - 20}},
           zip64_multi_disk={"end": {"here": 0xFFFF, "n": 0xFFFF}, "end64": {"disk": 1}, "locator": {"disks": 2}},
           zip64_unannounced={"end64": {}},
           zip64_end_lies={"end": {"here": 0xFFFF, "n": 0xFFFF, "size": 5, "start": 7}, "end64": {}},
           comment_sound={"comment": b"made by the night shift"},
           comment_with_end_record={"comment": b"PK\5\6" + b"\0" * 18},
           comment_with_stray_end_record_sound={"comment": b"PK\5\6" + b"\0" * 16 + b"\1\1"},
           version_too_new={"cut": lambda x: x.replace(b"\24\3\24\0", b"\24\3\77\0", 1)},
           version_of_large_sound={"cut": lambda x: x.replace(b"\24\3\24\0", b"\24\3\55\0")},
           prefix_bytes={"prefix": b"%PDF-1.4 a document in front of the archive\n"})
attributes("document",
           directory_signature={"central": {"signature": b"PK\1\3"}},
           offset_beyond_file={"central": {"offset": 0x7FFFFFFF}},
           multi_disk_member={"central": {"disk": 1}},
           zip64_extra_missing={"central": {"size": 0xFFFFFFFF}},
           extra_overrun={"central": {"extra": struct.pack("<HH", 0x5455, 900)}},
           extra_overrun_inside={"local": {"extra": struct.pack("<HH", 0x5455, 900)}},
           extra_padding_sound={"central": {"extra": b"x"}, "local": {"extra": bytes(3)}},
           extra_times_sound={"central": {"extra": struct.pack("<HHBL", 0x5455, 5, 3, 1)},
                              "local": {"extra": struct.pack("<HHBLL", 0x5455, 9, 3, 1, 1)}},
           flag_of_patches={"flags": 0x20},
           flag_of_masked_headers={"flags": 0x2000},
           zip64_extra_short={"central": {"size": 0xFFFFFFFF, "extra": struct.pack("<HHL", 1, 4, 5)}},
           zip64_extra_beyond={"central": {"size": 0xFFFFFFFF, "extra": struct.pack("<HHQ", 1, 900, 5)}},
           zip64_extra_lies={"central": {"size": 0xFFFFFFFF, "extra": struct.pack("<HHQ", 1, 8, 1 << 62)}},
           bomb_declared={"central": {"size": 0x7FFFFFFF}, "local": {"size": 0x7FFFFFFF}},
           encrypted={"flags": 1},
           method_bzip2={"method": 12},
           method_deflate64={"method": 9},
           local_name_differs={"local": {"name": b"6631111116_39289004_202604010_1/DATA/h66311111162026040101000009.xml"}},
           local_name_longer={"local": {"name": b"x" * 90}},
           local_size_differs={"local": {"size": 5}},
           local_packed_differs={"local": {"packed": 5}},
           local_method_differs={"local": {"method": 0}},
           local_flags_differ={"local": {"flags": 0x800}},
           local_crc_differs={"local": {"crc": 5}},
           local_signature={"local": {"signature": b"PK\3\5"}},
           local_sizes_hidden={"local": {"packed": 0xFFFFFFFF, "size": 0xFFFFFFFF}},
           data_garbage={"packed": b"\xff" * 900},
           data_stored_lies={"method": 8, "packed": b"<?xml version='1.0'?><not-deflated/>" * 9},
           crc_wrong={"local": {"crc": 5}, "central": {"crc": 5}},
           flag_reserved_sound={"flags": 0x800})


@case
def size_too_large(b):
    d = b.documents()[0]
    d.local = d.central = {"size": len(d.data) + 1}


@case
def bomb_understated(b):
    d = b.documents()[0]
    d.data += b" " * (700 << 10)
    d.local = d.central = {"size": 5000}


@case
def data_behind_stream(b):
    d = b.documents()[0]
    d.packed = deflated(d.data) + b"more than anybody asked for"


@case
def data_cut(b):
    d = b.documents()[0]
    d.packed = deflated(d.data)[:-9]


@case
def data_bit_flipped(b):
    """The first flip past the middle that leaves another size or none."""
    d = b.documents()[0]
    for at in range(len(deflated(d.data)) // 2, len(deflated(d.data))):
        packed = bytearray(deflated(d.data))
        packed[at] ^= 16
        d.packed = bytes(packed)
        try:
            if len(zlib.decompressobj(-15).decompress(d.packed)) != len(d.data):
                break
        except zlib.error:
            break
    d.local = d.central = {"crc": zlib.crc32(d.data), "size": len(d.data)}


@case
def bomb_ratio(b):
    b.add("XSD/su08_V08.xsd", b"\0" * (50 << 20))


@case
def bomb_document(b):
    """Larger than a document can be, though it hardly compresses."""
    b.documents()[0].data = random.Random(1).randbytes(9 << 20)


@case
def overlap_same_data(b):
    """Two entries of the directory for the same bytes."""
    large = max(b.members, key=lambda m: len(m.data))
    offset = len(b.prefix)
    for m in b.members:
        if m is large:
            break
        packed, truth = m.truth()
        offset += len(local_header(truth)) + len(packed)
    packed, truth = large.truth()
    b.cut = lambda x: append_entry(b, x, truth, offset)


def append_entry(b, x, f, offset):
    """One more entry of the directory, for bytes that are there already."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 3 << 8 | 20, 20, f["flags"], f["method"], 0, 33, f["crc"], f["packed"], f["size"],
                        len(f["name"]), 0, 0, 0, 0, 0o100600 << 16, offset) + f["name"]
    n, size, start = struct.unpack("<HLL", x[-12:-2])
    return x[:-22] + entry + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, n + 1, n + 1, size + len(entry), start, 0)


def quote(b):
    """The first document's data hold the second's header in a stored block, and go on with its data: each is sound, both
    share their bytes, and with many of them a small file unpacks to a large one."""
    first, second = b.documents()[:2]
    packed, truth = second.truth()
    header = local_header(truth)
    first.data = header + second.data
    first.packed = stored_block(header) + packed
    second.listed = False
    b.members.remove(second)
    offset = 0
    for m in b.members:
        if m is first:
            break
        p, t = m.truth()
        offset += len(local_header(t)) + len(p)
    offset += 30 + len(first.name) + 5
    b.cut = lambda x: append_entry(b, x, truth, offset)


CASES["overlap_quoted"] = quote


@case
def overlap_with_slack(b):
    """The same, in a file that has room for both."""
    b.add("README.txt", random.Random(1).randbytes(100000), listed=False)
    quote(b)


@case
def hidden_member(b):
    """Read front to back the archive has one more document than its directory says."""
    b.add("DATA/h66311111162026040101000006.xml", b.documents()[0].data, listed=False)


@case
def stored_sound(b):
    for m in b.members:
        m.method = 0


def describe(m, crc):
    packed, truth = m.truth()
    m.flags = 8
    m.local = {"crc": 0, "packed": 0, "size": 0}
    m.descriptor = struct.pack("<4sLLL", b"PK\7\10", crc, truth["packed"], truth["size"])


@case
def descriptors_sound(b):
    for m in b.members:
        describe(m, zlib.crc32(m.data))


@case
def descriptor_lies(b):
    describe(b.documents()[0], 5)


@case
def unicode_path(b):
    """A field that unpackers prefer to the name in the header."""
    d = b.documents()[0]
    d.central = {"extra": struct.pack("<HHBL", 0x7075, 5 + 13, 1, zlib.crc32(d.name)) + b"../../evil.sh"}


# --- names --------------------------------------------------------------------------------------------------------------

def extra_members(**of):
    for name, path in of.items():
        CASES[name] = lambda b, path=path: b.members.append(Member(path.replace(b"TOP", b.top.encode())))


extra_members(absolute_path=b"/etc/passwd", parent_path=b"TOP/../evil", parent_in_data=b"TOP/DATA/../DATA/evil.xml",
              parent_first=b"../evil", backslash=b"TOP/DATA\\evil.xml", drive=b"C:/evil", nul_in_name=b"TOP/DATA/h\0.xml",
              double_slash=b"TOP//DATA/evil.xml", dot_part=b"TOP/./evil", empty_name=b"", space_in_name=b"TOP/DATA/a b.txt",
              stream_in_name=b"TOP/DATA/a.txt:hidden", extra_file=b"TOP/README.txt", extra_in_data=b"TOP/DATA/people.csv",
              extra_folder=b"TOP/EXTRA/", deep_in_data=b"TOP/DATA/more/h1.xml", thumbs=b"TOP/Thumbs.db", outside_file=b"other/readme",
              outside_at_top=b"readme", mac_folder=b"__MACOSX/TOP/._ix08_V08.xml", extra_schema=b"TOP/XSD/own.xsd",
              index_elsewhere=b"TOP/DATA/ix08_V08.txt", long_name=b"TOP/" + b"a" * 600, long_name_at_limit=b"TOP/" + b"a" * 480)


@case
def folders_sound(b):
    b.members = [Member((b.top + f).encode(), b"", mode=0o40700) for f in ("/", "/DATA/", "/XSD/", "/XSD/coreschemas/")] + b.members


@case
def non_ascii_name(b):
    b.documents()[0].name = (b.top + "/DATA/健診.xml").encode()


@case
def cp932_name(b):
    b.documents()[0].name = b.top.encode() + b"/DATA/" + "健診".encode("cp932") + b".xml"


@case
def escape_in_name(b):
    b.documents()[0].name = (b.top + "/DATA/\x1b[2J\r\n.xml").encode()


@case
def escape_in_top(b):
    b.rename("\x1b[2J\nfail", top=True)
    b.name = "6631111116_39289004_202604010_1.zip"


@case
def schema_twice(b):
    m = b.member("hc08_V08.xsd")
    b.members.append(Member(m.name, m.data))


@case
def schema_in_other_case(b):
    m = b.member("hc08_V08.xsd")
    b.members.append(Member(m.name.replace(b"hc08", b"HC08"), m.data))


@case
def document_twice(b):
    d = b.documents()[0]
    b.members.append(Member(d.name, d.data))


for kind, mode in ("symlink", 0o120777), ("device", 0o20666), ("pipe", 0o10666), ("socket", 0o140777):
    CASES[kind + "_entry"] = lambda b, mode=mode: b.add("DATA/link.xml", b"/etc/passwd", mode=mode, method=0)
CASES["symlink_of_other_system"] = lambda b: b.add("DATA/link.xml", b"/etc/passwd", mode=0o120777, method=0, host=19)
CASES["symlink_document"] = lambda b: vars(b.documents()[0]).update(mode=0o120777)


@case
def outside_first(b):
    b.members.insert(0, Member(b"other/readme", b"x"))


@case
def no_top_folder(b):
    for m in b.members:
        m.name = m.name[len(b.top) + 1:]


@case
def too_deep(b):
    b.members = [Member(b"outer/", b"", mode=0o40700)] + b.members
    for m in b.members[1:]:
        m.name = b"outer/" + m.name


@case
def folder_in_folder(b):
    for m in b.members:
        m.name = b.top.encode() + b"/" + m.name


@case
def data_in_lower_case(b):
    for m in b.members:
        m.name = m.name.replace(b"/DATA/", b"/data/").replace(b"/XSD/", b"/xsd/")


@case
def data_in_both_cases(b):
    d = b.documents()[0]
    d.name = d.name.replace(b"/DATA/", b"/data/")


@case
def zip_in_zip(b):
    b.members = [Member(b"20260401.zip", b.bytes())]


@case
def zip_in_folder_in_zip(b):
    b.members = [Member(b.top.encode() + b"/" + b.name.encode(), b.bytes())]


@case
def zip_beside_documents(b):
    b.add("more.zip", b"PK\5\6" + bytes(18))


@case
def encrypted_aes(b):
    for m in b.members:
        m.local.update(flags=1, method=99, extra=AES)
        m.central.update(flags=1, method=99, extra=AES)


@case
def document_alone(b):
    data = b.documents()[0].data
    b.cut = lambda x: data


@case
def other_xml_alone(b):
    b.cut = lambda x: b"\xef\xbb\xbf<?xml version='1.0'?><a/>"


@case
def seven_zip(b):
    b.cut = lambda x: b"7z\xbc\xaf\x27\x1c" + bytes(100)


@case
def document_outside(b):
    d = b.documents()[0]
    d.name = d.name[len(b.top) + 1:]


@case
def wrong_top(b):
    b.rename(b.top[:-1] + "4")
    b.name = b.name.replace("_4.", "_1.")


def archive_names(**of):
    for name, (base, top) in of.items():
        CASES[name] = lambda b, base=base, top=top: b.rename(base, top)


archive_names(archive_renamed=("bundle", False), archive_no_such_day=("6631111116_39289004_202602310_1", True),
              archive_with_underscore=("6631111116_39289004_20260401_0_1", True), archive_letters=("6631111116_kenpo_202604010_1", True),
              archive_short_receiver=("6631111116_9289004_202604010_1", True), archive_two_events=("6631111116_39289004_202604010_11", True),
              receiver_in_name=("6631111116_00280081_202604010_1", True), event_in_name=("6631111116_39289004_202604010_4", True),
              sender_in_name=("5521111111_39289004_202604010_1", True), day_in_name=("6631111116_39289004_202603310_1", True),
              later_day_in_name=("6631111116_39289004_202604020_1", True), second_send_sound=("6631111116_39289004_202604011_1", True))

# The extra field of WinZip's AES: vendor version 2, 256 bits, deflated
AES = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 8)

# --- contents -----------------------------------------------------------------------------------------------------------

CASES["bundle_absent"] = lambda b: vars(b).update(kind="absent")
CASES["bundle_is_folder"] = lambda b: vars(b).update(kind="folder")
CASES["bundle_unpacked"] = lambda b: vars(b).update(kind="unpacked")
CASES["bundle_is_pipe"] = lambda b: vars(b).update(kind="pipe")
CASES["index_missing"] = lambda b: b.members.remove(b.member("ix08_V08.xml"))
CASES["schema_missing"] = lambda b: b.members.remove(b.member("ix08_V08.xsd"))
CASES["schema_core_missing"] = lambda b: b.members.remove(b.member("voc_hcgv08.xsd"))
CASES["schema_changed"] = lambda b: b.edit('use="required"', 'use="optional"', b.member("hc08_V08.xsd"))
CASES["schema_empty"] = lambda b: vars(b.member("hc08_V08.xsd")).update(data=b"")
CASES["documents_uncounted"] = lambda b: b.count(3)
CASES["documents_overcounted"] = lambda b: b.count(99999999)
CASES["receiver_in_index"] = lambda b: b.index('39289004', "00280081")
CASES["receiver_absent_sound"] = lambda b: b.index("<receiver>.*</receiver>", "")
CASES["receiver_in_document"] = lambda b: b.edit('extension="39289004"', 'extension="00280081"')
CASES["event_in_index"] = lambda b: b.index('(serviceEventType code=)"1"', r'\1"4"')
CASES["sender_in_index"] = lambda b: b.index("6631111116", "5521111111")
CASES["day_in_index"] = lambda b: b.index('(creationTime value=)"20260401"', r'\1"20260402"')
CASES["index_day_not_real"] = lambda b: b.index('(creationTime value=)"20260401"', r'\1"20250229"')
CASES["index_sender_too_short"] = lambda b: b.index('extension="6631111116"', 'extension="66311111"')
CASES["index_receiver_seven_digits"] = lambda b: b.index('extension="39289004"', 'extension="9289004"')
CASES["index_sender_is_words"] = lambda b: b.index('extension="6631111116"', 'extension="スギウラフミオ&#10;  sound"')
CASES["index_unknown_element"] = lambda b: b.index("</index>", "<remark/></index>")
CASES["index_event_zero"] = lambda b: b.index('(serviceEventType code=)"1"', r'\1"0"')
CASES["index_interaction_21"] = lambda b: b.index('(interactionType code=)"6"', r'\1"21"')
CASES["index_count_negative"] = lambda b: b.count(-5)
CASES["index_malformed"] = lambda b: b.index("</index>", "</inde>")
CASES["index_other_root"] = lambda b: b.edit("^.*$", b.documents()[0].data.decode(), b.member("ix08_V08.xml"))
CASES["index_other_namespace"] = lambda b: b.index("0000161103", "0000000000")
CASES["index_doctype"] = lambda b: b.index("<index", "<!DOCTYPE index><index")
CASES["index_only"] = lambda b: vars(b).update(members=[b.member("ix08_V08.xml")])


@case
def schema_in_crlf_sound(b):
    for m in b.members:
        if m.name.endswith(b".xsd"):
            m.data = m.data.replace(b"\n", b"\r\n")


@case
def schemas_missing(b):
    b.members = [m for m in b.members if b"/XSD/" not in m.name]


@case
def documents_missing(b):
    b.members = [m for m in b.members if b"/DATA/" not in m.name]
    b.count(0)


def document_names(**of):
    for name, new in of.items():
        CASES[name] = lambda b, new=new: vars(b.documents()[0]).update(name=(b.top + "/DATA/" + new).encode())


document_names(serial_twice="h66311111162026040111000002.xml", number_in_name="h55211111112026040101000001.xml",
               day_of_document_name="h66311111162026033101000001.xml",
               free_name="h6631111116_20260401_0059_1.xml", free_name_of_27_digits="h663111111620260401010000001.xml",
               guidance_name="g66311111162026040101000001.xml", claim_name_in_data="c66311111162026040101000001.xml")


@case
def stray_in_front(b):
    b.members.insert(0, Member(b"META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n"))


@case
def prefixes_throughout_sound(b):
    for d in b.documents():
        text = re.sub("<(/?)([A-Za-z])", r"<\1v3:\2", d.data.decode()).replace('xmlns="', 'xmlns:v3="')
        d.data = text.replace('xsi:type="', 'xsi:type="v3:').encode()


@case
def prefixes_but_for_types(b):
    prefixes_throughout_sound(b)
    b.edit('xsi:type="v3:', 'xsi:type="')


@case
def lines_sound(b):
    for d in b.documents():
        d.data = d.data.replace(b"><", b">\r\n  <")


@case
def claims_enclosed(b):
    b.add("su08_V08.xml", b"<summary/>")
    b.add("CLAIMS/c66311111162026040101000001.xml", b"<claim/>")
    b.count(6)


@case
def claims_uncounted(b):
    claims_enclosed(b)
    b.count(5)


@case
def person_twice(b):
    b.add("DATA/h66311111162026040101000006.xml", b.documents()[0].data)
    b.count(6)


# --- XML ----------------------------------------------------------------------------------------------------------------

ROOT = "<ClinicalDocument "
LAUGHS = "<!DOCTYPE l [<!ENTITY a 'ha'>" + "".join("<!ENTITY %s '%s'>" % (c, "&%s;" % chr(ord(c) - 1) * 10) for c in "bcdefghij") + "]>"
NAME = "(<patient><name>)[^<]*"
HEAD = r"^<\?xml[^>]*\?>"
edits(doctype=(ROOT, "<!DOCTYPE ClinicalDocument>" + ROOT),
      billion_laughs=(ROOT + "(.*)" + NAME, LAUGHS + ROOT + r"\1\2&j;"),
      external_file=(ROOT + "(.*)" + NAME, '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + ROOT + r"\1\2&e;"),
      external_http=(ROOT + "(.*)" + NAME, '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/e">]>' + ROOT + r"\1\2&e;"),
      external_dtd=(ROOT, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + ROOT),
      parameter_entity=(ROOT, '<!DOCTYPE x [<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]>' + ROOT),
      entity_undefined=(NAME, r"\1&nobody;"),
      deep=("<text>.*?</text>", "<text>" + "<content>" * 90 + "</content>" * 90 + "</text>"),
      deeper=("<text>.*?</text>", "<text>" + "<content>" * 100000 + "</content>" * 100000 + "</text>"),
      depth_at_limit_sound=("<text>.*?</text>", "<text>" + "<content>" * 58 + "</content>" * 58 + "</text>"),
      not_closed=("</ClinicalDocument>", ""),
      crossed=("</patient></patientRole>", "</patientRole></patient>"),
      two_roots=("</ClinicalDocument>", "</ClinicalDocument><ClinicalDocument/>"),
      ampersand=(NAME, r"\1A&B"),
      attribute_twice=('<time value="', '<time value="20260401" value="'),
      character_reference_of_nothing=(NAME, r"\1&#1;"),
      other_namespace=('xmlns="urn:hl7-org:v3"', 'xmlns="urn:hl7-org:v2"'),
      no_namespace=('xmlns="urn:hl7-org:v3" ', ""),
      alien_element=("<custodian>", '<x:a xmlns:x="urn:x"/><custodian>'),
      alien_attribute=("<custodian>", '<custodian xmlns:x="urn:x" x:a="1">'),
      prefix_undeclared=('<birthTime value=', '<birthTime x:value='),
      second_namespace_sound=("<custodian>", '<custodian xmlns:x="urn:x">'),
      type_prefix_sound=("(<custodian)(.*?)xsi:type=\"PQ\"", r'\1\2xmlns:h="urn:hl7-org:v3" xsi:type="h:PQ"'),
      type_prefix_undeclared=('xsi:type="PQ"', 'xsi:type="h:PQ"'), type_prefix_alien=('xsi:type="PQ"', 'xmlns:h="urn:x" xsi:type="h:PQ"'),
      language_of_text=(ROOT, ROOT + 'xml:lang="ja" '),
      other_root=(r"<ClinicalDocument (.*)</ClinicalDocument>", r"<Document \1</Document>"),
      many_attributes=("<custodian>", "<custodian %s>" % " ".join('a%d="1"' % i for i in range(40))),
      many_attributes_at_root=(ROOT, ROOT + " ".join('a%d="1"' % i for i in range(40)) + " "),
      many_attributes_everywhere=("<id nullFlavor=(.*)$", "<id %s nullFlavor=\\1" % " ".join('a%d="1"' % i for i in range(9))),
      element_order=("(<author>.*?</author>)(<custodian>.*?</custodian>)", r"\2\1"),
      custodian_missing=("<custodian>.*?</custodian>", ""),
      unknown_element=("<custodian>", "<remark/><custodian>"),
      unknown_attribute=("<custodian>", '<custodian remark="1">'),
      text_between=("<custodian>", "<custodian>and this"),
      no_entries=("(<component><section>.*?</text>).*</section></component>(</structuredBody>)", r"\1</section></component>\2"),
      no_sections=("(<structuredBody>).*(</structuredBody>)", r"\1\2"),
      declared_shift_jis=(HEAD, '<?xml version="1.0" encoding="Shift_JIS"?>'),
      declared_shift_jis_late=(HEAD, '<?xml version="1.0"' + " " * 200 + 'encoding="Shift_JIS"?>'),
      declared_latin1=(HEAD, '<?xml version="1.0" encoding="ISO-8859-1"?>'),
      declared_utf16=(HEAD, '<?xml version="1.0" encoding="UTF-16"?>'),
      declared_nonsense=(HEAD, '<?xml version="1.0" encoding="utf-8 "?>'),
      not_declared_sound=(HEAD, ""),
      lower_case_sound=(HEAD, "<?xml version='1.0' encoding='utf-8'?>"),
      comment_and_cdata_sound=("<custodian>", "<!-- a -->\n<custodian>"),
      self_made_entity_sound=("(<title>)[^<]*", r"\1検査&#x30FB;問診"))


def bytes_of_document(**of):
    for name, f in of.items():
        CASES[name] = lambda b, f=f: vars(b.documents()[0]).update(data=f(b.documents()[0].data))


bytes_of_document(utf16=lambda d: d.decode().encode("utf-16"),
                  utf16_without_mark=lambda d: d.decode().encode("utf-16-le"),
                  utf16_declared=lambda d: d.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
                  shift_jis=lambda d: d.decode().replace("UTF-8", "Shift_JIS").encode("cp932", "replace"),
                  shift_jis_as_utf8=lambda d: d.decode().encode("cp932", "replace"),
                  utf8_broken=lambda d: d.replace(b"<patient><name>", b"<patient><name>\xe3\x82"),
                  utf8_overlong=lambda d: d.replace(b"<patient><name>", b"<patient><name>\xc0\xbc"),
                  utf8_surrogate=lambda d: d.replace(b"<patient><name>", b"<patient><name>\xed\xa0\x80"),
                  nul_in_xml=lambda d: d.replace(b"<patient><name>", b"<patient><name>\0"),
                  utf8_mark_sound=lambda d: b"\xef\xbb\xbf" + d,
                  empty_document=lambda d: b"",
                  blank_document=lambda d: b"\n",
                  half_document=lambda d: d[:len(d) // 2],
                  tail_behind_root=lambda d: d + b"the end",
                  space_before_declaration=lambda d: b" " + d,
                  crlf_sound=lambda d: d.replace(b"?>\n", b"?>\r\n"))


def noise(alphabet, n):
    """Hardly compresses, for it repeats beyond what deflate remembers."""
    return "".join(random.Random(1).choices(alphabet, k=50000)) * (n // 50000)


def huge(**of):
    for name, (pattern, new, filling) in of.items():
        def f(b, pattern=pattern, new=new, filling=filling):
            b.edit(pattern, new)
            d = b.documents()[0]
            d.data = d.data.replace(b"FILLING", filling().encode())
        CASES[name] = f


KANJI, KANA = [chr(c) for c in range(0x4E00, 0x4F00)], [chr(c) for c in range(0x30A1, 0x30F6)]
huge(huge_text=("(</postalCode>)[^<]*", r"\1FILLING", lambda: noise(KANJI, 2400000)),
     huge_name=(NAME, r"\1FILLING", lambda: noise(KANA, 2400000)),
     huge_finding=('(<value xsi:type="ST">)[^<]*', r"\1FILLING", lambda: noise(KANJI, 2400000)),
     huge_number=('(value=")[0-9.]+(" unit="cm")', r"\1FILLING\2", lambda: noise("0123456789", 6000000)),
     huge_attribute_count=("<custodian>", "<custodian FILLING>", lambda: " ".join('a%x="%x"' % (i, i * 7919 % 251) for i in range(400000))),
     huge_element_count=("<text>.*?</text>", "<text>FILLING</text>", lambda: noise(("<br/>", "<b/>", "<a/>", "<c/>"), 1700000)),
     huge_entry_count=("(<entry>)", r"FILLING\1", lambda: "".join('<entry><observation classCode="OBS" moodCode="EVN"><code code="%017d"/>'
                       "</observation></entry>" % (i * 7919 * 104729 % 10**17) for i in range(20000))),
     huge_id_count=("<addr>", "FILLING<addr>", lambda: "".join('<id root="%s205" extension="%d"/>' % (OID, i * 7919) for i in range(30000))))

# --- header -------------------------------------------------------------------------------------------------------------

BIRTH, EXAM = '(<birthTime value=")[0-9]*', '(<serviceEvent>.*?<effectiveTime value=")[0-9]*'
POSTAL, ADDRESS = "(<addr><postalCode>)[^<]*", "(<addr><postalCode>[^<]*</postalCode>)[^<]*"
SYMBOL = '(<id root="%s205")' % re.escape(OID)


def ticket(kind="1", arc="209", insurer="39289004", scope="39289004", number="26123456789", high="<high value=\"20270331\"/>"):
    return ("(</custodian>)", r'\1<participant typeCode="HLD"><functionCode code="%s" codeSystem="%s208"/><time>%s</time>'
            '<associatedEntity classCode="IDENT"><id root="%s%s.1%s" extension="%s"/><scopingOrganization><id root="%s101" '
            'extension="%s"/></scopingOrganization></associatedEntity></participant>'
            % (kind, OID, high, OID, arc, insurer, number, OID, scope))


edits(date_of_nowhere=('(</code>|/>)(<effectiveTime value=")20260401', r"\1\g<2>20269999"),
      date_29_february=('(</code>|/>)(<effectiveTime value=")20260401', r"\1\g<2>20250229"),
      created_after_archive=('(</code>|/>)(<effectiveTime value=")20260401(.*?<time value=")20260401', r"\1\g<2>20260402\g<3>20260402"),
      author_time_differs=('(<author><time value=")20260401', r"\g<1>20260331"),
      birth_not_real=(BIRTH, r"\g<1>19470229"), birth_with_time=(BIRTH, r"\g<1>194708210900"),
      birth_after_exam=(BIRTH, r"\g<1>20251201"), birth_150_years_ago=(BIRTH, r"\g<1>19000101"), birth_of_1880=(BIRTH, r"\g<1>18800101"),
      exam_not_real=(EXAM, r"\g<1>20250229"), exam_after_creation=(EXAM, r"\g<1>20260402"),
      exam_on_creation_sound=(EXAM, r"\g<1>20260401"),
      report_category_unknown=('(<code code=")[0-9]+(" codeSystem="%s1001)' % re.escape(OID), r"\g<1>77\2"),
      report_category_of_other_list=('(<code code="[0-9]+" codeSystem="%s)1001' % re.escape(OID), r"\g<1>1002"),
      programme_unknown=('(<serviceEvent><code code=")[0-9]+', r"\g<1>500"),
      programme_of_other_list=('(<serviceEvent><code code="[0-9]+" codeSystem="%s)1002' % re.escape(OID), r"\g<1>1001"),
      sex_three=('(<administrativeGenderCode code=")[0-9]', r"\g<1>3"),
      sex_word=('(<administrativeGenderCode code=")[0-9]', r"\g<1>男"),
      branch_one_digit=("<addr>", '<id root="%s211" extension="1"/><addr>' % OID),
      branch_letters=("<addr>", '<id root="%s211" extension="AB"/><addr>' % OID),
      branch_sound=("<addr>", '<id root="%s211" extension="01"/><addr>' % OID),
      qualification_nine=("<addr>", '<id root="%s206" extension="9"/><addr>' % OID),
      symbol_mixed=(SYMBOL, r'<id root="%s204" extension="健保12"/>\1' % OID),
      symbol_empty=(SYMBOL, r'<id root="%s204" extension=""/>\1' % OID),
      symbol_wide_sound=(SYMBOL, r'<id root="%s204" extension="健保１２"/>\1' % OID),
      symbol_wide_space=(SYMBOL, r'<id root="%s204" extension="健　保"/>\1' % OID),
      symbol_too_long=(SYMBOL, r'<id root="%s204" extension="123456789012345678901"/>\1' % OID),
      symbol_at_limit_sound=(SYMBOL, r'<id root="%s204" extension="12345678901234567890"/>\1' % OID),
      number_missing=('<id root="%s205"[^>]*>' % re.escape(OID), ""),
      number_twice=('(<id root="%s205"[^>]*>)' % re.escape(OID), r"\1\1"),
      insurer_nine_digits=('extension="39289004"', 'extension="392890040"'),
      address_missing=(ADDRESS, r"\1"), addr_missing=("<addr>.*?</addr>", ""), address_half_width=(ADDRESS, r"\1東京都花町1-2-3"),
      address_with_space=(ADDRESS, r"\1東京都　花町"), address_with_line_break=(ADDRESS, r"\1東京都&#10;花町"),
      address_too_long=(ADDRESS, r"\1" + "東" * 41), address_at_limit_sound=(ADDRESS, r"\1" + "東" * 40),
      address_outside_cp932=(ADDRESS, r"\1東京都𠮷町"), address_before_postal=("<addr>(<postalCode>[^<]*</postalCode>)([^<]*)", r"<addr>\2\1"),
      postal_without_hyphen=(POSTAL, r"\g<1>1234567"), postal_wide=(POSTAL, r"\1１２３－４５６７"), postal_missing=("<postalCode>[^<]*</postalCode>", ""),
      postal_six_digits=(POSTAL, r"\g<1>123-456"),
      name_with_space=(NAME, r"\1ヤマダ　タロウ"), name_with_half_space=(NAME, r"\1ヤマダ タロウ"), name_half_width=(NAME, r"\1ﾔﾏﾀﾞﾀﾛｳ"),
      name_hiragana=(NAME, r"\1やまだたろう"), name_kanji=(NAME, r"\1山田太郎"), name_latin=(NAME, r"\1YAMADA"), name_empty=(NAME, r"\1"),
      name_missing=("(<patient>)<name>[^<]*</name>", r"\1"), name_too_long=(NAME, r"\1" + "ア" * 51), name_at_limit_sound=(NAME, r"\1" + "ア" * 50),
      facility_seven_digits=('(<assignedEntity>.*?extension=")[0-9]*', r"\g<1>1234567"),
      facility_check_digit=('(<assignedEntity>.*?extension=")[0-9]*', r"\g<1>1311990440"),
      facility_without_name=("(<assignedEntity>.*?<name>)[^<]*", r"\1"),
      author_nine_digits=('(<author>.*?extension=")[0-9]*', r"\g<1>663111111"),
      phone_with_hyphens=('(<assignedEntity>.*?"tel:)[0-9]*', r"\g<1>03-0000-4490"),
      phone_too_long=('(<assignedEntity>.*?"tel:)[0-9]*', r"\g<1>123456789012"),
      ticket_sound=ticket(), ticket_of_guidance_sound=ticket(kind="2", arc="210"),
      ticket_of_other_insurer=ticket(insurer="00280081", scope="00280081"), ticket_scope=ticket(scope="00280081"),
      ticket_arc=ticket(arc="210"), ticket_ten_digits=ticket(number="2612345678"), ticket_without_end=ticket(high=""))

CASES["insurer_check_digit"] = lambda b: b.everywhere("39289004", "39289005")
CASES["insurer_prefix"] = lambda b: b.everywhere("39289004", "99289002")
# --- body ---------------------------------------------------------------------------------------------------------------


def item(code, pattern="[^/]*/>"):
    """The observation of that item up to and with its first value."""
    return r'(<code code="%s"[^>]*/>)<value%s' % (code, pattern)


def entry(code):
    return '<entry><observation [^>]*><code code="%s".*?</entry>' % code


HEIGHT, WEIGHT, WAIST = "9N001000000000001", "9N006000000000001", "9N016160100000001"
HISTORY, JUDGEMENT, FLAG, DRINK = "9N056000000000011", "9N511000000000049", "9A110160700000011", "9N786000000000011"
MARK = '<value xsi:type="CD" code="%s" codeSystem="2.16.840.1.113883.5.83"/>'
RANGE = ('<referenceRange><observationRange classCode="OBS" moodCode="EVN.CRT"><value xsi:type="IVL_PQ"><low value="%s" unit="%s"/>'
         '<high value="%s" unit="%s"/></value></observationRange></referenceRange>')
DOCTOR = ('<author><time nullFlavor="NI"/><assignedAuthor><id nullFlavor="NI"/><assignedPerson><name>%s</name></assignedPerson>'
          "</assignedAuthor></author>")
RSON = '<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN"><code code="%s"/><value xsi:type="%s</observation></entryRelationship>'
TARGET = RSON % ("3C015161602399911", 'CD" code="%%s" codeSystem="%s18110"/>' % OID)
REASON = RSON % ("3C015161002399949", "ST\">血圧が基準以上</value>")
EGFR = '<entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN"><code code="8A065000002391901"'


def height(value, unit="cm", behind=""):
    return item(HEIGHT), r'\1<value xsi:type="PQ" value="%s" unit="%s"/>%s' % (value, unit, behind)


def observe(code, new):
    return item(code), r"\1" + new


edits(unit_unknown=height("179.0", "zzz"), unit_of_another=height("179.0", "kg"), unit_missing=(item(HEIGHT), r'\1<value xsi:type="PQ" value="179.0"/>'),
      value_is_word=height("abc"), value_empty=height(""), value_negative=height("-179.0"), value_without_zero=height(".5"),
      value_with_exponent=height("1.7e2"), value_comma=height("1,790"), value_wide=height("１７９．０"), value_two_points=height("1.7.9"),
      value_leading_zero=height("0179.0"), value_of_many_zeros=height("000000000179.0"),
      too_many_decimals=height("179.05"), too_many_digits=height("1179.0"), decimals_dropped_sound=height("179"),
      mark_missing_at_minimum=height("100.0"), mark_missing_at_maximum=height("250.0"), mark_missing_beyond=height("99.9"),
      mark_contradicts=(item(HEIGHT), r"\1" + MARK % "H" + '<value xsi:type="PQ" value="100.0" unit="cm"/>'),
      mark_sound=(item(HEIGHT), r"\1" + MARK % "L" + '<value xsi:type="PQ" value="100.0" unit="cm"/>'),
      mark_behind_sound=(item(HEIGHT), r'\1<value xsi:type="PQ" value="250.0" unit="cm"/>' + MARK % "H"),
      mark_within_range_sound=(item(HEIGHT), r"\1" + MARK % "L" + '<value xsi:type="PQ" value="120.0" unit="cm"/>'),
      mark_of_nothing=(item(HEIGHT), r"\1" + MARK % "3" + '<value xsi:type="PQ" value="120.0" unit="cm"/>'),
      mark_alone=(item(HEIGHT), r"\1" + MARK % "L"), mark_twice=(item(HEIGHT), r"\1" + MARK % "L" + MARK % "L"),
      mark_at_answer=(item(HISTORY), r"\1" + MARK % "L" + '<value xsi:type="CD" code="2" codeSystem="%s2001"/>' % OID),
      two_numbers=height("179.0", behind='<value xsi:type="PQ" value="180.0" unit="cm"/>'),
      three_values=height("179.0", behind='<value xsi:type="PQ" value="180.0" unit="cm"/>' * 2),
      interpretation_sound=height("179.0", behind='<interpretationCode code="N"/>'),
      interpretation_unknown=height("179.0", behind='<interpretationCode code="ZZ"/>'),
      interpretation_beside_mark=(item(HEIGHT), r"\1" + MARK % "L" + '<value xsi:type="PQ" value="100.0" unit="cm"/><interpretationCode code="L"/>'),
      range_sound=height("179.0", behind=RANGE % ("100.0", "cm", "200.0", "cm")), range_swapped=height("179.0", behind=RANGE % ("200.0", "cm", "100.0", "cm")),
      range_unit=height("179.0", behind=RANGE % ("1.0", "kg", "2.0", "kg")), range_words=height("179.0", behind=RANGE % ("low", "cm", "high", "cm")),
      range_at_answer=observe(HISTORY, '<value xsi:type="CD" code="2" codeSystem="%s2001"/>' % OID + RANGE % ("1", "cm", "2", "cm")),
      type_of_text=observe(HEIGHT, '<value xsi:type="ST">１７９</value>'), type_of_order=observe(HISTORY, '<value xsi:type="CO" code="2" codeSystem="%s2001"/>' % OID),
      type_missing=observe(HEIGHT, '<value value="179.0" unit="cm"/>'), type_unknown=observe(HEIGHT, '<value xsi:type="INT" value="179"/>'),
      not_measurable_sound=observe(HEIGHT, '<value xsi:type="PQ" nullFlavor="NI"/>'), not_measurable_with_value=observe(HEIGHT, '<value xsi:type="PQ" nullFlavor="NI" value="179.0" unit="cm"/>'),
      not_measurable_for_other_reason=observe(HEIGHT, '<value xsi:type="PQ" nullFlavor="UNK"/>'),
      not_measurable_with_mark=(item(HEIGHT), r"\1" + MARK % "L" + '<value xsi:type="PQ" nullFlavor="NI"/>'),
      not_measurable_of_wrong_type=observe(HEIGHT, '<value xsi:type="CD" nullFlavor="NI"/>'),
      not_done_sound=('(<observation classCode="OBS" moodCode="EVN")(><code code="%s"[^>]*/>)<value[^>]*/>' % HEIGHT, r'\1 negationInd="true"\2'),
      not_done_with_value=('(<observation classCode="OBS" moodCode="EVN")(><code code="%s")' % HEIGHT, r'\1 negationInd="true"\2'),
      not_done_false=('(<observation classCode="OBS" moodCode="EVN")(><code code="%s")' % HEIGHT, r'\1 negationInd="false"\2'),
      not_done_one=('(<observation classCode="OBS" moodCode="EVN")(><code code="%s"[^>]*/>)<value[^>]*/>' % HEIGHT, r'\1 negationInd="1"\2'),
      no_value=observe(HEIGHT, ""),
      answer_outside_list=observe(HISTORY, '<value xsi:type="CD" code="9" codeSystem="%s2001"/>' % OID), answer_missing=observe(HISTORY, '<value xsi:type="CD" codeSystem="%s2001"/>' % OID),
      answer_of_other_list=observe(HISTORY, '<value xsi:type="CD" code="2" codeSystem="%s2003"/>' % OID), answer_of_foreign_list=observe(HISTORY, '<value xsi:type="CD" code="2" codeSystem="2.16.840.1.113883.6.96"/>'),
      answer_without_list=observe(HISTORY, '<value xsi:type="CD" code="2"/>'), answer_is_word=observe(HISTORY, '<value xsi:type="CD" code="なし" codeSystem="%s2001"/>' % OID),
      method_wrong=('(<methodCode code=")9N01610000', r"\g<1>9N01620000"), method_missing=('<methodCode code="9N01610000"/>', ""),
      method_where_none_is=height("179.0", behind='<methodCode code="9N00100000"/>'), method_is_word=('(<methodCode code=")9N01610000', r"\g<1>ruler"),
      method_of_reason=("(%s)" % entry(JUDGEMENT), r'\1<entry><observation classCode="OBS" moodCode="EVN"><code code="9N512000000000011"/>'
                        '<value xsi:type="CD" code="3" codeSystem="%s24080"/><methodCode code="9N51200000"/></observation></entry>' % OID),
      report_43_sound=('code="40"( codeSystem="%s1001")' % OID, r'code="43"\1'),
      programme_070_sound=('code="990"( codeSystem="%s1002")' % OID, r'code="070"\1'),
      programme_080_sound=('code="990"( codeSystem="%s1002")' % OID, r'code="080"\1'),
      item_twice=("(%s)" % entry(HEIGHT), r"\1\1"), item_unknown=('code="%s"' % HEIGHT, 'code="9N999000000000001"'),
      item_is_word=('code="%s"' % HEIGHT, 'code="スギウラフミオ"'), item_lower_case=('code="%s"' % HEIGHT, 'code="9n001000000000001"'),
      item_of_author=('code="%s"' % HEIGHT, 'code="9N516000000000049"'), item_of_other_system=('(<code code="%s")' % HEIGHT, r'\1 codeSystem="%s9999"' % OID),
      item_system_sound=('(<code code="%s")' % HEIGHT, r'\1 codeSystem="%s1005"' % OID),
      item_without_code=('<code code="%s"[^>]*/>' % HEIGHT, "<code/>"),
      order_of_entries=("(%s)(%s)" % (entry(HEIGHT), entry(WEIGHT)), r"\2\1"),
      order_in_group=('(<entryRelationship typeCode="COMP">.{0,90}2A040000001930102.*?</entryRelationship>)(<entryRelationship .*?</entryRelationship>)', r"\2\1"),
      group_relation=('<entryRelationship typeCode="COMP">(.{0,90}2A030000001930101)', r'<entryRelationship typeCode="RSON">\1'),
      group_relation_unknown=('<entryRelationship typeCode="COMP">(.{0,90}2A030000001930101)', r'<entryRelationship typeCode="PART">\1'),
      group_of_another=('code="2A020000001930101"', 'code="%s"' % "3C015161602399911"),
      group_member_outside=('<observation classCode="OBS" moodCode="EVN"><code nullFlavor="NA"/><entryRelationship typeCode="COMP">(<observation [^>]*><code code="%s".*?</observation>)</entryRelationship></observation>' % FLAG, r"\1"),
      group_member_alone=("(%s)" % item(HEIGHT), r'\1<entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN"><code code="9N512000000000011"/>'
                          '<value xsi:type="CD" code="3" codeSystem="%s24080"/></observation></entryRelationship>' % OID),
      group_empty=('(<code nullFlavor="NA"/>)<entryRelationship.*?(</observation></entry>)', r"\1\2"),
      detailed_test_without_reason=(EGFR, TARGET % "1" + EGFR), detailed_test_sound=(EGFR, TARGET % "1" + REASON + EGFR),
      detailed_test_without_target=(EGFR, REASON + EGFR), detailed_test_that_is_none=(EGFR, TARGET % "0" + REASON + EGFR),
      group_denied=('<observation ([^>]*)(><code nullFlavor="NA"/>)', r'<observation \1 negationInd="true"\2'),
      section_of_other_programme=('code="40"(.*?)code="990"(.*)code="01010"', r'code="10"\1code="030"\2code="01030"'),
      group_with_value=('(<code nullFlavor="NA"/>)', r'\1<value xsi:type="PQ" value="1" unit="cm"/>'),
      group_in_group=('(<code nullFlavor="NA"/><entryRelationship typeCode="COMP"><observation [^>]*>)<code code="[^>]*>', r'\1<code nullFlavor="NA"/>'),
      ungrouped_in_group=('(<code nullFlavor="NA"/>)', r'\1<entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN"><code code="9N026000000000002"/>'
                          '<value xsi:type="PQ" value="10.0" unit="%"/></observation></entryRelationship>'),
      title_missing=("<title>.*?</title>", ""), section_twice=("(01990)", "01010"), section_unknown=('code="01010"', 'code="01099"'),
      section_of_additional_items=('code="01010"(.*)code="01990"', r'code="01990"\1code="01010"'),
      doctor_missing=("(%s.*?</value>)<author>.*?</author>" % JUDGEMENT, r"\1"), doctor_where_none_is=height("179.0", behind=DOCTOR % "山田"),
      doctor_empty=("(%s.*?<assignedPerson><name>)[^<]*" % JUDGEMENT, r"\1"), doctor_half_width=("(%s.*?<assignedPerson><name>)[^<]*" % JUDGEMENT, r"\1Yamada"),
      doctor_without_name=("(%s.*?)<assignedPerson>.*?</assignedPerson>" % JUDGEMENT, r"\1"))


def texts(**of):
    for name, new in of.items():
        edits(**{name: ("(%s.*?<value xsi:type=\"ST\">)[^<]*" % JUDGEMENT, r"\g<1>" + new)})


texts(text_half_width="ABC", text_mixed="異常なしA", text_half_kana="ｲｼﾞｮｳﾅｼ", text_too_long="異" * 129, text_at_limit_sound="異" * 128,
      text_with_tab="異常&#9;なし", text_with_line_break="異常&#10;なし", text_empty="", text_space="異常 なし", text_emoji="異常なし\U0001F600",
      text_outside_cp932="𠮷野", text_in_cdata_sound="<![CDATA[異常なし]]>", text_escaped="&lt;b&gt;")

# --- the log ------------------------------------------------------------------------------------------------------------


CASES["log_sound"] = lambda b: None
CASES["log_digest"] = lambda b: vars(b).update(relog=False, comment=b"another bundle under this name")
CASES["log_absent"] = lambda b: vars(b).update(log_kind="absent")
CASES["log_is_folder"] = lambda b: vars(b).update(log_kind="folder")
CASES["log_empty"] = lambda b: vars(b).update(log_kind=b"")
CASES["log_without_entries"] = lambda b: vars(b).update(log=b.log[:1])
CASES["log_is_something_else"] = lambda b: vars(b).update(log_kind=b"seq,name\n1,x\n")
CASES["log_torn"] = lambda b: vars(b).update(log_tail=b"99,2026-04-01T10:00:00+09:00,2026")
CASES["log_byte_changed"] = lambda b: (vars(b).update(reseal=False), change(b, b.log[5], "reason", "x"))
CASES["log_line_removed"] = lambda b: (vars(b).update(reseal=False), b.log.pop(7))
CASES["log_lines_swapped"] = lambda b: (vars(b).update(reseal=False), b.log.insert(7, b.log.pop(8)))
CASES["log_numbers_repeated"] = lambda b: (vars(b).update(log_kind=renumbered(b)))
CASES["log_of_another_day"] = lambda b: b.rename(b.top.replace("20260401", "20260331"))


def change(b, row, column, value):
    row[b.column(column)] = value


def renumbered(b):
    """A chain that fits, with one number given twice."""
    rows, lines, seal = b.log, [], "0" * 64
    for number, row in enumerate(rows[1:], 1):
        row[0], row[-2] = str(number - (number > 9)), seal
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow(row[:-1])
        seal = hashlib.sha256(out.getvalue().encode()).hexdigest()
        lines.append("%s,%s\n" % (out.getvalue(), seal))
    return (",".join(rows[0]) + "\n" + "".join(lines)).encode()


def in_entry(name, column, value):
    """A cell of the first person's entry; value may be made of what stands there."""
    def f(b):
        row = b.entries("disclose")[0]
        was = row[b.column(column)]
        change(b, row, column, value(was) if callable(value) else value)
    CASES[name] = f


in_entry("log_name_differs", "name_kana", "ヤマダタロウ")
in_entry("log_number_differs", "insured_number", "99999999")
in_entry("log_birth_differs", "birth_date", "19470822")
in_entry("log_exam_differs", "exam_date", "20251121")
in_entry("log_item_too_many", "items_consent", lambda was: was + " 5H010000001910111")
in_entry("log_item_too_few", "items_consent", lambda was: was.replace(HEIGHT + " ", ""))
in_entry("log_item_of_old_tables_sound", "items_consent", lambda was: was + " 9Z999999999999999")
in_entry("log_again_sound", "event", "again")
in_entry("log_correct_sound", "event", "correct")
in_entry("log_document_of_another", "document", "h66311111162026040101000002.xml")


@case
def log_item_withheld(b):
    """Said to have been kept back, and in the document all the same."""
    row = b.entries("disclose")[0]
    change(b, row, "items_consent", row[b.column("items_consent")].replace(HEIGHT + " ", ""))
    change(b, row, "items_withheld", HEIGHT)


@case
def log_bundle_unknown(b):
    gone = b.entries()
    b.log = [r for r in b.log if r not in gone]


@case
def log_voided(b):
    change(b, b.entries("release")[0], "event", "void")


@case
def log_release_missing(b):
    b.log.remove(b.entries("release")[0])


@case
def log_document_unknown(b):
    b.log.remove(b.entries("disclose")[0])


@case
def log_document_missing(b):
    b.members.remove(b.documents()[-1])
    b.count(4)


@case
def log_person_of_document(b):
    b.edit(NAME, r"\1ヤマダタロウ")


@case
def log_item_in_document(b):
    b.edit("(%s)(.*)" % entry(DRINK), r"\2")


@case
def log_two_documents_exchanged(b):
    first, second = b.documents()[:2]
    first.data, second.data = second.data, first.data


def main(bundle, log, folder, *names):
    with zipfile.ZipFile(bundle) as z:
        members = [(i.filename.encode(), z.read(i)) for i in z.infolist()]
    with open(log, encoding="utf-8", newline="") as file:
        entries = list(csv.reader(file))
    for name in names:
        if name not in CASES:
            sys.exit("there is no case " + name)
        b = Bundle(os.path.basename(bundle), members, entries if name.startswith("log_") else [])
        CASES[name](b)
        b.write(os.path.join(folder, name), name.startswith("log_"))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Writes a hospital's export without insured data, and the employer's personnel master, into the current folder.

hospital.csv  130 columns: employee id, kana name, sex, birth date, the examination, many tests that nobody asked for
master.csv    CP932 from a personnel system: insured data, memberships, addresses, and columns that are not used
whole.csv     the rows of hospital.csv that the master completes, with the master's data in their columns
cases.csv     the other rows of hospital.csv: line, code, and the place of the master that the message names
part.csv      rows with a card that contradicts the master's in one field each
"""
import csv

from write_hospital import EXAM, TESTS

INSURED = ["保険者番号", "保険証記号", "保険証番号", "枝番", "資格区分", "資格取得日", "資格喪失日", "郵便番号", "住所", "勤務先"]
OWN = ["社員番号", "氏名カナ", "性別", "生年月日"]
MASTER = ["社員番号", "部署", *OWN[1:], *INSURED, "入社年月日"]
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロ"
FACILITY = ["2025/6/12", "2819901170", "架空健診センター", "650-0188", "兵庫県潮見市港町2-3-4", "078-000-2000"]

header = [*OWN, *EXAM.split(","), *TESTS]
others = [f"任意検査{i}" for i in range(1, 131 - len(header))]
hospital, whole, cases = [[*header, *others]], [[*header, *INSURED]], [["line", "code", "place"]]
master, part, counter = [MASTER], [["社員番号", *INSURED[:4], *OWN[1:], *header[4:]]], [0]


def person(**changed):
    counter[0] += 1
    i = counter[0]
    p = {"社員番号": f"{i:05}", "氏名カナ": "ケンポ " + KANA[i // 9] + "ッ" + KANA[i % len(KANA)], "性別": "男女"[i % 2],
         "生年月日": f"{1960 + i % 40}/{1 + i % 12}/{1 + i % 28}", "保険者番号": "06139463", "保険証記号": "１２３", "保険証番号": f"{1000 + i}",
         "枝番": "00", "資格区分": "強制被保険者", "資格取得日": "2015/4/1", "資格喪失日": "", "郵便番号": "650-0188",
         "住所": f"兵庫県潮見市港町{1 + i % 8}-{i}", "勤務先": "本社", "部署": "総務,人事", "入社年月日": "2015/4/1"}
    return p | changed


def examined(p, names=header):
    results = dict(zip(EXAM.split(","), FACILITY)) | TESTS | p
    return [results[name] for name in names]


def half(kana):  # as hospitals write it: half width, without small letters
    return kana.translate(str.maketrans(
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロッンポ",
        "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾂﾝﾎ")).replace("ﾎ ", "ﾎﾟ ", 1)


def add_master(p, width=len(MASTER)):
    master.append([p[name] for name in MASTER][:width])
    return len(master)


def add(p, code="", place=""):
    hospital.append([*examined(p | {"氏名カナ": half(p["氏名カナ"])}), *["陰性"] * len(others)])
    if code:
        cases.append([len(hospital), code, place])
    else:
        whole.append(examined(p | {"氏名カナ": half(p["氏名カナ"])}, whole[0]))


def add_both(**changed):
    p = person(**changed)
    add_master(p)
    add(p)


for i in range(40):
    add_both()
for sex in "男女":  # twins who work for the same employer
    add_both(性別=sex, 生年月日="1980/2/29", 氏名カナ="ケンポ フタ" + {"男": "オ", "女": "コ"}[sex], 住所="兵庫県潮見市双葉町1-1")
for name, value in [("氏名カナ", "ベツ ジン"), ("生年月日", "1971/1/2"), ("性別", "")]:
    p = person()
    line = add_master(p)
    other = {"性別": "女" if p["性別"] == "男" else "男"}.get(name, value)
    add(p | {name: other}, "K4086", f"master.csv:{line}")
p = person()  # the membership that covers the examination is the second of three
add_master(p | {"保険証番号": "1", "資格取得日": "2010/4/1", "資格喪失日": "2025/6/12"})
p["資格取得日"], p["資格喪失日"] = "2025/6/12", "2025/6/13"
add_master(p)
add_master(p | {"保険証番号": "3", "資格取得日": "2025/6/13", "資格喪失日": ""})
add(p)
for ends in (["2024/4/1", "2025/1/1"], ["", ""]):  # none covers it; both do
    p = person()
    lines = [add_master(p | {"資格喪失日": end}) for end in ends]
    add(p, "K4085", f"master.csv:{lines[0]} :{lines[1]}")
add(person(), "K4001 K4082", "master.csv")
p = person()
line = add_master(p | {"社員番号": p["社員番号"].lstrip("0")})  # a spreadsheet has dropped the zeros
add(p, "K4001 K4083", f"master.csv:{line}")
add(person(社員番号=""), "K4001", "")
p = person()
line = add_master(p | {"保険者番号": "0613946X"})
add(p, "K4084", f"master.csv:{line}")
p = person()
line = add_master(p, len(MASTER) - 1)
add(p, "K2047", f"master.csv:{line}")
add_master(person(社員番号=""))
for name, value in [("保険者番号", "01130012"), ("保険証記号", "1234"), ("保険証番号", "9"), ("枝番", "01")]:
    p = person()
    add_master(p)
    part.append(examined(p | {name: value}, part[0]))

for name, rows, encoding in [("hospital", hospital, "utf-8"), ("master", master, "cp932"), ("whole", whole, "utf-8"),
                             ("cases", cases, "utf-8"), ("part", part, "utf-8")]:
    with open(name + ".csv", "w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)

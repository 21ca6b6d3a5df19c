"""Writes a seeded export of health check results, with the registers and the configuration it needs.

    write_people.py FOLDER PEOPLE [INSURERS [COLUMNS [SEED]]]

Everybody is 40 to 74 and requested under both Acts, every value is readable, and values agree with each other, so
that every row becomes a document and no row has a warning; some items are withheld. All numbers satisfy their check digits; people and places are invented.
"""
import datetime, os, random, sys

COLUMNS, SEED = 100, 20260401
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
KANJI = "山川田中村石木林森本上下大小松竹梅原野島崎谷沢橋池井藤水土金銀光明正和平安永長吉福富高広春夏秋冬東西南北"
TOWNS = ["兵庫県潮見市港町", "兵庫県みどり野市朝日台", "京都府花園台市北町", "東京都千代田区架空町"]
FACILITIES = [("2819902251", "若葉予防医学クリニック", "6510298", "兵庫県みどり野市若葉町5-3", "078-000-2250"),
              ("2819901170", "みなと架空健診センター", "650-0199", "兵庫県潮見市港町2-1-8", "078-000-1180")]
YES_NO = ["はい", "いいえ"]
URINE = ["(-)", "(-)", "(-)", "(±)", "(1+)"]
EAR = ["所見なし", "所見なし", "所見あり"]


def number(low, high, digits=0):
    scale = 10 ** digits
    return lambda r, p: "%.*f" % (digits, r.randint(int(low * scale), int(high * scale)) / scale)


def one_of(*choices):
    return lambda r, p: r.choice(choices)


def of(key):
    return lambda r, p: p[key]


yes_no = one_of(*YES_NO)
HEADERS = [
    ("社員番号", of("id")), ("保険者番号", of("insurer")), ("保険記号", of("symbol")), ("保険番号", of("number")),
    ("保険枝番", one_of("00")), ("カナ氏名", of("kana")), ("氏名", of("name")), ("性別", of("sex")),
    ("生年月日", of("birth")), ("郵便番号", number(6500000, 6569999)), ("住所", of("address")),
    ("健診実施日", of("exam")), ("健診機関番号", of(0)), ("健診機関名称", of(1)), ("健診機関郵便番号", of(2)),
    ("健診機関住所", of(3)), ("健診機関電話番号", of(4)), ("資格取得日", one_of("", "", "2009/04/01")),
    ("資格喪失日", one_of("")), ("コース名称", one_of("定期健診Ａ", "定期健診Ｂ")),
    ("身長", of("height")), ("体重", of("weight")), ("ＢＭＩ", of("bmi")), ("腹囲", number(65, 79, 1)),
    ("視力裸眼（右）", number(0.2, 1.5, 1)), ("視力裸眼（左）", number(0.2, 1.5, 1)),
    ("視力矯正（右）", one_of("", "", "1.0")), ("視力矯正（左）", one_of("", "", "0.9")),
    ("オージオ（右）1000Ｈｚ", one_of(*EAR)), ("オージオ（右）4000Ｈｚ", one_of(*EAR)),
    ("オージオ（左）1000Ｈｚ", one_of(*EAR)), ("オージオ（左）4000Ｈｚ", one_of(*EAR)), ("検査法", one_of("ｵｰｼﾞｵ")),
    ("業務歴", one_of("営業", "品質管理", "製造 15年")), ("既往歴", one_of("特になし", "特になし", "アレルギー性鼻炎")),
    ("自覚症状", one_of("特になし", "特になし", "疲れやすい")), ("他覚症状", one_of("特になし", "特になし", "甲状腺腫大の疑い")),
    ("1回目 収縮期", number(95, 160)), ("1回目 拡張期", number(50, 94)), ("2回目 収縮期", number(95, 160)),
    ("2回目 拡張期", number(50, 94)), ("胸部Ｘ線所見", one_of("異常なし", "異常なし", "陳旧性病変")),
    ("健診前の食事状況", one_of("食後10時間以上")), ("総ｺﾚｽﾃﾛｰﾙ", number(140, 280)),
    ("空腹時中性脂肪", number(40, 300)), ("随時中性脂肪", one_of("")), ("ＨＤＬｺﾚｽﾃﾛｰﾙ", number(35, 95)),
    ("ＬＤＬ－コレステロール", number(60, 190)), ("ＡＳＴ（ＧＯＴ）", number(10, 60)), ("ALT（GPT）", number(8, 70)),
    ("γ-ＧＴＰ", number(8, 120)), ("肝機能判定", one_of("Ａ", "Ｂ", "Ｃ６")), ("ｸﾚｱﾁﾆﾝ", of("creatinine")),
    ("ｅＧＦＲ", of("egfr")), ("腎機能判定", one_of("Ａ", "Ｂ")), ("尿酸", number(3, 8, 1)),
    ("空腹時血糖", number(75, 140)), ("HbA1c（NGSP)", number(4.8, 7.5, 1)), ("血糖判定", one_of("Ａ", "Ｂ")),
    ("尿糖", one_of(*URINE)), ("尿蛋白", one_of(*URINE)), ("尿潜血", one_of(*URINE)),
    ("赤血球数", number(380, 560)), ("ﾍﾓｸﾞﾛﾋﾞﾝ", number(11, 17, 1)), ("ﾍﾏﾄｸﾘｯﾄ", number(34, 50, 1)),
    ("白血球数", number(3000, 9000)), ("血小板数", number(15, 35, 1)), ("脂質判定", one_of("Ａ", "Ｂ")),
    ("心電図所見1", one_of("正常", "正常", "Ⅰ度房室ブロック")), ("22予備", one_of("")),
    ("メタボリックシンドローム判定", one_of("非該当")), ("保健指導レベル", one_of("情報提供")),
    ("総合判定", one_of("異常なし", "要経過観察（脂質・肝機能）")), ("健診判定医", one_of("三宅　玲子", "神田　修")),
    ("１．服薬歴（血圧）", yes_no), ("２．服薬歴（血糖）", yes_no), ("３．服薬歴（脂質）", yes_no), ("４．既往歴（脳卒中）", yes_no),
    ("５．既往歴（心疾患）", yes_no), ("６．既往歴（慢性腎不全）", yes_no), ("７．既往歴（貧血）", yes_no),
    ("８．喫煙", one_of("はい", "いいえ")), ("20歳時の体重から10kg以上増加", yes_no), ("10．運動", yes_no),
    ("11．日常の歩行・身体活動", yes_no), ("12．歩行速度", yes_no), ("13．食事をかんで食べる時", one_of("何でもかんで食べる")),
    ("14．食べる速度", one_of("速い", "ふつう", "遅い")), ("15．遅い夕食", yes_no), ("17．朝食ぬき", yes_no),
    ("18．飲酒の頻度", one_of("毎日", "週３～４日", "月に１～３日")), ("19．飲酒量", one_of("１～２合未満", "２～３合未満")),
    ("睡眠で休養が十分とれる", yes_no), ("21．生活習慣の改善", one_of("取組済み(６ヶ月未満)", "改善するつもり（近いうち）")),
    ("22．保健指導受診歴", yes_no), ("23予備", one_of("")),
    ("総蛋白", number(6.2, 8.2, 1)), ("アルブミン", number(3.8, 5.0, 1)), ("ＭＣＶ", number(82, 99, 1)),
    ("心拍数", number(50, 95)),
]


INSURERS = ("insurer_number,name,address,representative,scheme,sender_number,interaction_type,service_event,"
            "report_40to74,programme_40to74,report_under40,programme_under40,section_under40,symbol_width")
REQUESTS = "request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,withdrawn_on,note"
CONSENTS = ("consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,items,kind,"
            "given_on,withdrawn_on,evidence")

REQUESTED = ("9N741000000000011 9N746000000000011 9N751000000000011 9N756000000000011 9N872000000000011 "
             "9N766000000000011 9N771000000000011 9N781000000000011 9N786000000000011 9N791000000000011 "
             "9N796000000000011 9N801000000000011 9N808000000000011 3C020000002327101 3A010000002327101 "
             "3A015000002327101 1A100000000190111 2A040000001930102")


def write_register(folder, name, heading, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
        out.write(heading + "\n")
        for row in rows:
            out.write(",".join(row) + "," * (heading.count(",") + 1 - len(row)) + "\n")


def insurer_number(i):
    """The i-th number of a society-managed insurer: scheme 06, prefecture, serial, check digit."""
    digits = "06%02d%03d" % (1 + i // 1000 % 47, i % 1000)
    total = sum(sum(divmod(int(d) * (2 if k % 2 == 0 else 1), 10)) for k, d in enumerate(digits))
    return digits + str(-total % 10)


def person(r, i, insurers):
    birth = datetime.date(1952, 4, 2) + datetime.timedelta(days=r.randrange(33 * 365))
    exam = datetime.date(2025, 5, 7) + datetime.timedelta(days=r.randrange(300))
    kana = ["".join(r.choices(KANA, k=r.randint(2, 4))) for _ in range(2)]
    p = dict(enumerate(FACILITIES[i % len(FACILITIES)]))
    p.update(id=str(10000 + i), insurer=insurers[i % len(insurers)], symbol=str(1 + i % 40), number=str(1 + i),
             kana="　".join(kana), name="　".join("".join(r.choices(KANJI, k=2)) for _ in range(2)),
             birth=birth.strftime("%Y/%m/%d"), exam=exam.strftime("%Y/%m/%d"),
             address="%s%d-%d-%d" % (r.choice(TOWNS), r.randint(1, 9), r.randint(1, 30), r.randint(1, 20)))
    sex, height, bmi, creatinine = i % 2, r.randint(1450, 1900) / 1000, r.randint(180, 245) / 10, r.randint(40, 120) / 100
    age = exam.year - birth.year - ((exam.month, exam.day) < (birth.month, birth.day))
    egfr = 194 * creatinine ** -1.094 * age ** -0.287 * (0.739 if sex else 1)
    p.update(sex="男女"[sex], height="%.1f" % (100 * height), bmi="%.1f" % bmi, weight="%.1f" % (bmi * height ** 2),
             creatinine="%.2f" % creatinine, egfr="%.1f" % egfr)
    return p


def main(folder, people, n_insurers=1, n_columns=COLUMNS, seed=SEED):
    os.makedirs(folder, exist_ok=True)
    r = random.Random(seed)
    insurers = [insurer_number(100 + i) for i in range(n_insurers)]
    spare = ["追加項目%03d" % i for i in range(n_columns - len(HEADERS))]
    with open(os.path.join(folder, "export.csv"), "w", encoding="cp932", newline="") as out:
        out.write(",".join([h for h, _ in HEADERS] + spare) + "\r\n")
        for i in range(people):
            p = person(r, i, insurers)
            out.write(",".join([value(r, p) for _, value in HEADERS] + [str(r.randrange(1000)) for _ in spare]) + "\r\n")
    write_register(folder, "insurers.csv", INSURERS, [
        (n, "架空健康保険組合%d" % (i + 1), "兵庫県潮見市港町8-2-1", "理事長　芦田　重信") for i, n in enumerate(insurers)])
    write_register(folder, "requests.csv", REQUESTS, [
        ("REQ-%d-%s" % (i + 1, act), n, "2026-01-15", act, "", "", "all", items)
        for i, n in enumerate(insurers) for act, items in (("elderly_act", ""), ("health_act", REQUESTED))])
    write_register(folder, "consents.csv", CONSENTS, [])
    with open(os.path.join(folder, "kenporter.ini"), "w", encoding="utf-8") as out:
        out.write("[sender]\nnumber = 6631111116\nname = 架空精機株式会社\npostal_code = 650-0188\n"
                  "address = 兵庫県潮見市港町8-1-1\nphone = 078-000-1000\n\n"
                  "[policy]\nrequested_items = release\n\n[registers]\nrequests = requests.csv\nconsents = consents.csv\ninsurers = insurers.csv\n")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))

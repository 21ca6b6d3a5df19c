"""Writes what three hospitals send a clerk, into the current folder.

titles.csv    CP932 from Excel: two title rows, era dates, half-width kana, a row of totals
two_rows.csv  a header of two rows, UTF-8 with a byte order mark
wide.csv      130 columns, most of them of tests that nobody asked for
"""
PERSON = "社員番号,保険者番号,保険証記号,保険証番号,枝番,氏名カナ,性別,生年月日,郵便番号,住所"
EXAM = "健診実施日,健診機関番号,健診機関名,健診機関郵便番号,健診機関住所,健診機関電話"
TESTS = {"身長": "170.1", "体重": "66.0", "腹囲": "82.0", "最高血圧": "128", "最低血圧": "76", "中性脂肪": "110",
         "HDLコレステロール": "55", "LDLコレステロール": "120", "AST(GOT)": "22", "ALT(GPT)": "19", "γ-GT": "30",
         "空腹時血糖": "95", "HbA1c": "5.5", "尿糖": "-", "尿蛋白": "-", "採血時間(食後)": "10時間以上", "既往歴": "なし",
         "自覚症状": "なし", "他覚症状": "異常なし", "服薬(血圧)": "なし", "服薬(血糖)": "なし", "服薬(脂質)": "なし",
         "喫煙": "いいえ", "医師の判定": "A"}


def row(number, kana, sex, birth):
    return [f"{number:05}", "06139463", "123", str(number), "00", kana, sex, birth, "650-0188", "兵庫県潮見市港町8-1-1",
            "R7.6.12", "2819901170", "架空健診センター", "650-0188", "兵庫県潮見市港町2-3-4", "078-000-2000", *TESTS.values()]


def write(name, lines, encoding):
    with open(name, "wb") as file:
        file.write("".join(",".join(line) + "\r\n" for line in lines).encode(encoding))


if __name__ == "__main__":
    header = [*PERSON.split(","), *EXAM.split(","), *TESTS]
    more = [""] * (len(header) - 1)
    write("titles.csv", [["定期健康診断結果一覧", *more], ["出力日:2025/07/01", *more], header, row(101, "ｹﾝﾎﾟ ﾀﾛｳ", "男", "S50.4.2"),
                         row(102, "ｹﾝﾎﾟ ﾊﾅｺ", "女", "1990/5/3"), ["合計", "", "", "2名", *more[3:]]], "cp932")
    units = {"身長": "cm", "体重": "kg", "腹囲": "cm", "最高血圧": "mmHg", "最低血圧": "mmHg", "空腹時血糖": "mg/dL"}
    write("two_rows.csv", [header, [units.get(name, "") for name in header], row(201, "ｹﾝﾎﾟ ｼﾞﾛｳ", "男", "S45.1.9")], "utf-8-sig")
    others = [f"任意検査{i}" for i in range(1, 131 - len(header))]
    write("wide.csv", [[*header, *others], [*row(301, "ｹﾝﾎﾟ ｻｸﾗ", "女", "H2.2.2"), *["陰性"] * len(others)]], "cp932")

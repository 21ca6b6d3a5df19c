/* Headers of real exports, and those that resemble them but must stay unknown. */
#include "half_kana.h"
#include "tables.h"

#include "input/header_names.h"
#include "base/embedded.h"
#include "format/sheet.h"

#define GLUCOSE "3D010000001927201/3D010129901927201" /* fasting and casual */
#define TRIGLYCERIDES "3F015000002327101/3F015129902327101"

struct header_case {
    const char *header, *target;
};

static const struct header_case HEADERS[] = {
    {"身長", "9N001000000000001"},
    {"身体計測-身長", "9N001000000000001"},
    {"体重", "9N006000000000001"},
    {"BMI", "9N011000000000001"},
    {"ＢＭＩ", "9N011000000000001"},
    {"肥満度", "9N026000000000002"},
    {"肥満度％", "9N026000000000002"},
    {"腹囲", "9N016160100000001"},
    {"腹囲測定", "9N016160100000001"},
    {"内臓脂肪面積", "9N021000000000001"},
    {"1回目 収縮期", "9A751000000000001"},
    {"最高血圧1回目", "9A751000000000001"},
    {"血圧①（収縮期）", "9A751000000000001"},
    {"血圧座位最高（1回目）", "9A751000000000001"},
    {"1回目 拡張期", "9A761000000000001"},
    {"最低血圧1回目", "9A761000000000001"},
    {"血圧座位最低（1回目）", "9A761000000000001"},
    {"血圧①（拡張期）", "9A761000000000001"},
    {"2回目 収縮期", "9A752000000000001"},
    {"最高血圧2回目", "9A752000000000001"},
    {"血圧②（収縮期）", "9A752000000000001"},
    {"血圧座位最高（2回目）", "9A752000000000001"},
    {"2回目 拡張期", "9A762000000000001"},
    {"最低血圧2回目", "9A762000000000001"},
    {"血圧②（拡張期）", "9A762000000000001"},
    {"血圧座位最低（2回目）", "9A762000000000001"},
    {"平均 収縮期", "9A755000000000001"},
    {"平均最高血圧", "9A755000000000001"},
    {"平均 拡張期", "9A765000000000001"},
    {"平均最低血圧", "9A765000000000001"},
    {"心拍数", "9N121000000000001"},
    {"裸眼遠点視力（右）", "9E160162100000001"},
    {"裸眼視力(右)", "9E160162100000001"},
    {"視力裸眼（右）", "9E160162100000001"},
    {"視力裸眼　右", "9E160162100000001"},
    {"裸眼遠点視力（左）", "9E160162200000001"},
    {"裸眼視力(左)", "9E160162200000001"},
    {"視力裸眼（左）", "9E160162200000001"},
    {"視力裸眼　左", "9E160162200000001"},
    {"矯正遠点視力（右）", "9E160162500000001"},
    {"矯正視力(右)", "9E160162500000001"},
    {"視力矯正（右）", "9E160162500000001"},
    {"視力矯正　右", "9E160162500000001"},
    {"矯正遠点視力（左）", "9E160162600000001"},
    {"矯正視力(左)", "9E160162600000001"},
    {"視力矯正（左）", "9E160162600000001"},
    {"視力矯正　左", "9E160162600000001"},
    {"眼圧(右)", "9E105162100000001"},
    {"眼圧（右）", "9E105162100000001"},
    {"眼圧(左)", "9E105162200000001"},
    {"眼圧（左）", "9E105162200000001"},
    {"聴力(右)1000", "9D100163100000011"},
    {"オージオ（右）1000Ｈｚ", "9D100163100000011"},
    {"聴力1000Hz　右", "9D100163100000011"},
    {"聴力(右)4000", "9D100163200000011"},
    {"オージオ（右）4000Ｈｚ", "9D100163200000011"},
    {"聴力4000Hz　右", "9D100163200000011"},
    {"聴力(左)1000", "9D100163500000011"},
    {"オージオ（左）1000Ｈｚ", "9D100163500000011"},
    {"聴力1000Hz　左", "9D100163500000011"},
    {"聴力(左)4000", "9D100163600000011"},
    {"オージオ（左）4000Ｈｚ", "9D100163600000011"},
    {"聴力4000Hz　左", "9D100163600000011"},
    {"検査法", "9D100164000000011"},
    {"尿蛋白", "1A010000000190111"},
    {"尿糖", "1A020000000190111"},
    {"尿潜血", "1A100000000190111"},
    {"尿比重", "1A030000000190301"},
    {"比重", "1A030000000190301"},
    {"赤血球数", "2A020000001930101"},
    {"赤血球", "2A020000001930101"},
    {"血色素量", "2A030000001930101"},
    {"ヘモグロビン", "2A030000001930101"},
    {"ﾍﾓｸﾞﾛﾋﾞﾝ", "2A030000001930101"},
    {"ヘマトクリット", "2A040000001930102"},
    {"ヘマトクリット値", "2A040000001930102"},
    {"ﾍﾏﾄｸﾘｯﾄ", "2A040000001930102"},
    {"白血球数", "2A010000001930101"},
    {"白血球", "2A010000001930101"},
    {"血小板数", "2A050000001930101"},
    {"血小板", "2A050000001930101"},
    {"MCV", "2A060000001930101"},
    {"ＭＣＶ", "2A060000001930101"},
    {"MCH", "2A070000001930101"},
    {"ＭＣＨ", "2A070000001930101"},
    {"MCHC", "2A080000001930101"},
    {"ＭＣＨＣ", "2A080000001930101"},
    {"貧血実施理由", "2A020161001930149"},
    {"AST（GOT）", "3B035000002327201"},
    {"ＡＳＴ（ＧＯＴ）", "3B035000002327201"},
    {"ＧＯＴ（ＡＳＴ）", "3B035000002327201"},
    {"ALT（GPT）", "3B045000002327201"},
    {"ＧＰＴ（ＡＬＴ）", "3B045000002327201"},
    {"ＡＬＴ", "3B045000002327201"},
    {"γ-GTP", "3B090000002327101"},
    {"γ-ＧＴＰ", "3B090000002327101"},
    {"γーＧＴＰ", "3B090000002327101"},
    {"γ－ＧＴ（γ－ＧＴＰ）", "3B090000002327101"},
    {"ALP", "3B070000002327101"},
    {"ＡＬＰ", "3B070000002327101"},
    {"ALP/IFCC", "3B070000002327501"},
    {"LD/IFCC", "3B050000002327901"},
    {"LDH", "3B050000002327901"},
    {"総ビリルビン", "3J010000002327101"},
    {"総ﾋﾞﾘﾙﾋﾞﾝ", "3J010000002327101"},
    {"総蛋白", "3A010000002327101"},
    {"血清総蛋白", "3A010000002327101"},
    {"アルブミン", "3A015000002327101"},
    {"ｱﾙﾌﾞﾐﾝ", "3A015000002327101"},
    {"A/G比", "3A016000002327102"},
    {"クレアチニン", "3C015000002327101"},
    {"ｸﾚｱﾁﾆﾝ", "3C015000002327101"},
    {"eGFR", "8A065000002391901"},
    {"ｅＧＦＲ", "8A065000002391901"},
    {"尿酸", "3C020000002327101"},
    {"総コレステロール", "3F050000002327101"},
    {"総ｺﾚｽﾃﾛｰﾙ", "3F050000002327101"},
    {"空腹時中性脂肪", "3F015000002327101"},
    {"中性脂肪", TRIGLYCERIDES},
    {"随時中性脂肪", "3F015129902327101"},
    {"随時時中性脂肪", "3F015129902327101"},
    {"HDLコレステロール", "3F070000002327101"},
    {"ＨＤＬ－コレステロール", "3F070000002327101"},
    {"ＨＤＬｺﾚｽﾃﾛｰﾙ", "3F070000002327101"},
    {"LDLコレステロール", "3F077000002327101"},
    {"ＬＤＬ－コレステロール", "3F077000002327101"},
    {"ＬＤＬ", "3F077000002327101"},
    {"non-HDLコレステロール", "3F069000002391901"},
    {"non HDL-コレステロール", "3F069000002391901"},
    {"non-HDLｺﾚｽﾃﾛｰﾙ", "3F069000002391901"},
    {"空腹時血糖", "3D010000001927201"},
    {"血糖", GLUCOSE},
    {"随時血糖", "3D010129901927201"},
    {"随時時血糖", "3D010129901927201"},
    {"HbA1c（NGSP)", "3D046000001920402"},
    {"ＨｂＡ１ｃ", "3D046000001920402"},
    {"健診前の食事状況", "9N141000000000011"},
    {"食後時間", "9N141000000000011"},
    {"安静時心電図所見", "9A110160800000049"},
    {"心電図所見1", "9A110160800000049"},
    {"心電図　所見1", "9A110160800000049"},
    {"心電図（12誘導）", "9A110160800000049"},
    {"心電図　所見2", "9A110160800000049"},
    {"心電図所見5", "9A110160800000049"},
    {"心電図実施理由", "9A110161000000049"},
    {"心電図対象者", "9A110161600000011"},
    {"胸部Ｘ線所見", "9N206160800000049"},
    {"胸部X線所見1", "9N206160800000049"},
    {"胸部Ｘ線所見1", "9N206160800000049"},
    {"胸部X線（1方向撮影）", "9N206160800000049"},
    {"胸部Ｘ線所見３", "9N206160800000049"},
    {"胸部X線（1方向撮影）2", "9N206160800000049"},
    {"胸部CT所見1", "9N251160800000049"},
    {"胸部ＣＴ　所見1", "9N251160800000049"},
    {"胸部ＣＴ　所見4", "9N251160800000049"},
    {"胃部Ｘ線所見", "9N256160800000049"},
    {"胃部Ｘ線　所見1", "9N256160800000049"},
    {"上部消化管Ｘ所見1", "9N256160800000049"},
    {"上部消化管Ｘ所見2", "9N256160800000049"},
    {"胃部Ｘ線　所見5", "9N256160800000049"},
    {"胃部内視鏡所見", "9N266160800000049"},
    {"上部消化管内視鏡診断1", "9N266160800000049"},
    {"上部消化管内視鏡診断2", "9N266160800000049"},
    {"上部消化管内視鏡所見3", "9N266160800000049"},
    {"腹部超音波所見", "9F130160800000049"},
    {"腹部ｴｺｰ所見1", "9F130160800000049"},
    {"腹部ｴｺｰ所見2", "9F130160800000049"},
    {"腹部超音波所見5", "9F130160800000049"},
    {"便潜血（1回目）", "1B030000001599811"},
    {"便潜血（2回目）", "1B030000001599811"},
    {"便潜血1日目", "1B030000001599811"},
    {"便潜血2日目", "1B030000001599811"},
    {"便潜血1", "1B030000001599811"},
    {"便潜血2", "1B030000001599811"},
    {"前立腺特異抗原(PSA)", "5D305000002399811"},
    {"血液型ABO", "5H010000001910111"},
    {"血液型Rh", "5H020000001910111"},
    {"K-W（右）", "9E100166000000011"},
    {"眼底KW", "9E100166000000011"},
    {"ScheieH（右）", "9E100166100000011"},
    {"眼底SCHEIE(H)", "9E100166100000011"},
    {"ScheieS", "9E100166200000011"},
    {"ScheieS（右）", "9E100166200000011"},
    {"眼底SCHEIE(S)", "9E100166200000011"},
    {"眼底SCOTT", "9E100166300000011"},
    {"眼底所見1", "9E100160900000049"},
    {"眼底カメラ（右）", "9E100160900000049"},
    {"眼底カメラ（左）", "9E100160900000049"},
    {"眼底所見2", "9E100160900000049"},
    {"眼底実施理由", "9E100161000000049"},
    {"眼底対象者", "9E100161600000011"},
    {"努力性肺活量", "9C310000000000001"},
    {"1秒量", "9C320000000000001"},
    {"1秒率", "9C330000000000002"},
    {"％肺活量", "9C380000000000002"},
    {"既往歴", "9N056160400000049"},
    {"既往歴1", "9N056160400000049"},
    {"既往歴2", "9N056160400000049"},
    {"既往歴3", "9N056160400000049"},
    {"自覚症状", "9N061160800000049"},
    {"自覚症状1", "9N061160800000049"},
    {"自覚症状3", "9N061160800000049"},
    {"他覚症状", "9N066160800000049"},
    {"内科診察所見1", "9N066160800000049"},
    {"内科診察所見2", "9N066160800000049"},
    {"他覚症状3", "9N066160800000049"},
    {"業務歴", "9N051000000000049"},
    {"メタボリックシンドローム判定", "9N501000000000011"},
    {"保健指導区分", "9N506000000000011"},
    {"保健指導レベル", "9N506000000000011"},
    {"総合判定", "9N511000000000049"},
    {"健診判定医", "9N516000000000049"},
    {"１．服薬歴（血圧）", "9N701000000000011"},
    {"血圧を下げる薬を使用", "9N701000000000011"},
    {"1－1血圧を下げる薬", "9N701000000000011"},
    {"1－1血圧を下げる薬…", "9N701000000000011"},
    {"２．服薬歴（血糖）", "9N706000000000011"},
    {"血糖を下げる薬又はインスリン注射", "9N706000000000011"},
    {"３．服薬歴（脂質）", "9N711000000000011"},
    {"コレステロールや中性脂肪を下げる薬", "9N711000000000011"},
    {"血圧：薬剤名", "9N701167000000049"},
    {"血圧：服薬理由", "9N701167100000049"},
    {"血糖：薬剤名", "9N706167000000049"},
    {"血糖：服薬理由", "9N706167100000049"},
    {"脂質：薬剤名", "9N711167000000049"},
    {"脂質：服薬理由", "9N711167100000049"},
    {"４．既往歴（脳卒中）", "9N716000000000011"},
    {"脳卒中", "9N716000000000011"},
    {"５．既往歴（心疾患）", "9N721000000000011"},
    {"心臓病", "9N721000000000011"},
    {"６．既往歴（慢性腎不全）", "9N726000000000011"},
    {"慢性の腎不全や人工透析", "9N726000000000011"},
    {"７．既往歴（貧血）", "9N731000000000011"},
    {"貧血", "9N731000000000011"},
    {"８．喫煙", "9N736000000000011"},
    {"たばこ", "9N736000000000011"},
    {"９．２０歳の時の体重から…", "9N741000000000011"},
    {"９．２０歳の時の体重から", "9N741000000000011"},
    {"20歳時の体重から10kg以上増加", "9N741000000000011"},
    {"10．運動", "9N746000000000011"},
    {"30分以上の運動を週2日以上…", "9N746000000000011"},
    {"30分以上の運動を週2日以上", "9N746000000000011"},
    {"11．日常の歩行・身体活動", "9N751000000000011"},
    {"歩行又は同等の身体活動…", "9N751000000000011"},
    {"歩行又は同等の身体活動", "9N751000000000011"},
    {"12．歩行速度", "9N756000000000011"},
    {"歩く速度が速い", "9N756000000000011"},
    {"13．食事をかんで食べる時", "9N872000000000011"},
    {"食事をかんで…", "9N872000000000011"},
    {"食事をかんで食べる時", "9N872000000000011"},
    {"14．食べる速度", "9N766000000000011"},
    {"食べる速度が人と比較して速い", "9N766000000000011"},
    {"15．遅い夕食", "9N771000000000011"},
    {"就寝前2時間以内の夕食が週3回以上", "9N771000000000011"},
    {"16．朝昼夕の３食以外", "9N782000000000011"},
    {"間食や甘い飲み物", "9N782000000000011"},
    {"17．朝食ぬき", "9N781000000000011"},
    {"朝食を抜くことが週3回以上", "9N781000000000011"},
    {"18．飲酒の頻度", "9N786000000000011"},
    {"お酒を飲む頻度", "9N786000000000011"},
    {"19．飲酒量", "9N791000000000011"},
    {"1日当たりの飲酒量", "9N791000000000011"},
    {"20．睡眠…", "9N796000000000011"},
    {"20．睡眠", "9N796000000000011"},
    {"睡眠で休養が十分とれる", "9N796000000000011"},
    {"21．生活習慣の改善", "9N801000000000011"},
    {"生活習慣を改善", "9N801000000000011"},
    {"22．保健指導受診歴", "9N808000000000011"},
    {"受診日付", "exam_date"},
    {"健診実施日", "exam_date"},
    {"受診日", "exam_date"},
    {"EXAM_DATE", "exam_date"},
    {"HEALTH_EXAMINATION_DATE", "exam_date"},
    {"健診実施年月日", "exam_date"},
    {"健診機関番号", "facility_number"},
    {"健診実施機関番号", "facility_number"},
    {"健診機関名称", "facility_name"},
    {"健診実施機関名称", "facility_name"},
    {"健診実施機関郵便番号", "facility_postal_code"},
    {"健診実施機関住所", "facility_address"},
    {"健診実施機関所在地", "facility_address"},
    {"健診実施機関電話番号", "facility_phone"},
    {"氏名", "name"},
    {"氏名（漢字）", "name"},
    {"カナ氏名", "name_kana"},
    {"氏名（カナ）", "name_kana"},
    {"NAME_KANA", "name_kana"},
    {"性別", "sex"},
    {"GENDER", "sex"},
    {"受診者性別", "sex"},
    {"生年月日", "birth_date"},
    {"BIRTHDAY", "birth_date"},
    {"受診者生年月日", "birth_date"},
    {"郵便番号", "postal_code"},
    {"POSTALCODE", "postal_code"},
    {"受診者郵便番号", "postal_code"},
    {"住所", "address"},
    {"受診者住所", "address"},
    {"保険者番号", "insurer_number"},
    {"INSURER_NUMBER", "insurer_number"},
    {"受診者保険者番号", "insurer_number"},
    {"保険記号", "insured_symbol"},
    {"INSURANCE_CARD_SYMBOL", "insured_symbol"},
    {"受診者被保険者記号", "insured_symbol"},
    {"保険番号", "insured_number"},
    {"INSURANCE_CARD_NUMBER", "insured_number"},
    {"受診者被保険者番号", "insured_number"},
    {"保険枝番", "insured_branch"},
    {"INSURANCE_CARD_BRANCH_NUMBER", "insured_branch"},
    {"受診者被保険者番号枝番", "insured_branch"},
    {"社員番号", "employee_id"},
    {"受診券整理番号", "ticket_number"},
    {"受診券有効期限", "ticket_expires"},
};

/* Other columns of the same exports, and words whose meaning varies. */
static const char *const TRAPS[] = {
    /* nothing at all */
    "",
    " ",
    "　",
    "()",
    "ignore",
    "kg",
    "%",
    "kp_code",
    /* the facility's own grades */
    "判定",
    "身長 判定",
    "体重判定",
    "BMI判定",
    "肥満度判定",
    "腹囲 判定",
    "血圧判定",
    "視力判定",
    "聴力判定",
    "尿検査判定",
    "尿蛋白 判定",
    "貧血判定",
    "肝機能判定",
    "腎機能判定",
    "脂質判定",
    "血糖判定",
    "HbA1c判定",
    "糖代謝判定",
    "眼底判定",
    "胸部Ｘ線 判定２",
    "胃部X線判定",
    "腹部超音波判定",
    "便潜血 総合判定",
    "右）2000Hz 判定",
    "オージオ判定",
    "右）1000Hz 判定",
    "左）4000Hz 判定",
    "心電図判定",
    "胸部Ｘ線判定",
    "便潜血判定",
    "心電図 判定",
    "【身体計測】総合判定",
    "【血圧】総合判定",
    "【血液一般】総合判定",
    "【脂質】総合判定",
    "【視力】総合判定",
    "身体計測総合判定",
    "身長評価",
    "血圧ランク",
    /* remarks and fillers */
    "コメント",
    "総合コメント",
    "判定コメント",
    "医師コメント",
    "身長コメント",
    "備考",
    "備考欄",
    "備考1",
    "22予備",
    "予備",
    "予備1",
    /* the last examination, limits, units */
    "前回",
    "前回身長",
    "前回 体重",
    "身長前回",
    "体重（前回）",
    "前回値",
    "前回受診日",
    "前々回HbA1c",
    "昨年度体重",
    "前回判定",
    "基準値",
    "身長基準値",
    "血糖 基準値",
    "基準値下限",
    "基準値上限",
    "LDL基準範囲",
    "既往歴単位",
    "単位",
    /* items of the former period with another meaning, derived values, guidance codes, no items */
    "9N806",
    "22．保健指導の利用",
    "保健指導を受ける機会があれば利用しますか",
    "9N012",
    "9N012000000000011",
    "9N012000000000001",
    "9N013",
    "9N013000000000011",
    "9N013000000000001",
    "ZG",
    "ZG001",
    "ZG001000000000011",
    "5C120",
    "5C120000002302301",
    "BNP",
    "ＢＮＰ",
    "NT-proBNP",
    "BNP(pg/mL)",
    /* in-house codes, and words that only a person can interpret */
    "区分",
    "健診コースコード",
    "医療機関コード",
    "受診者氏名",
    "糖尿病",
    "かぜをひいている",
    "食欲がない",
    "薬剤名",
    "服薬理由",
    "脈拍",
    "脈拍数",
    "脈拍(回/分)",
    "メタボ",
    "食事",
    "視力",
    "聴力",
    "血圧",
    "尿検査",
    "眼底",
    "所見",
    "所見1",
    "ScheieH（左）",
    "K-W（左）",
};

/* --- other ways to write the same --- */

enum spelling {
    AS_IT_STANDS,
    NARROW,
    HALF_KANA,
    WIDE,
    WIDE_LATIN,
    WIDE_BRACKETS,
    SPACED,
    WIDE_SPACED,
    SPELLINGS
};

static void put_spelled(struct kp_buf *out, int32_t c, enum spelling how)
{
    bool bracket = c < 0x80 && strchr("()[]", (int)c);
    bool latin = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if ((how == WIDE_SPACED || how == SPACED) && out->len > 0)
        kp_buf_str(out, how == SPACED ? " " : "　");
    kp_utf8_put(out, (how == WIDE_BRACKETS && bracket) || (how == WIDE_LATIN && latin) ? c + 0xfee0 : c);
}

static const char *respell(const char *s, enum spelling how)
{
    if (how == AS_IT_STANDS)
        return s;
    if (how == WIDE)
        return kp_text_wide(&scratch, s, true);
    if (how == HALF_KANA)
        return half_kana(kp_text_nfkc(&scratch, s));
    struct kp_buf out = {0};
    int32_t c = 0;
    const char *at = kp_text_nfkc(&scratch, s);
    while ((c = kp_utf8_next(&at)) >= 0)
        put_spelled(&out, c, how);
    const char *copy = kp_arena_strdup(&scratch, kp_buf_text(&out));
    kp_buf_release(&out);
    return copy;
}

/* --- what a header means --- */

/* Returns the field, the code or the pair, and the unit if it is not the item's own; "" for an unknown
 * header. */
static const char *target_of(const char *header)
{
    struct kp_column c = {0};
    if (!kp_header_read(&scratch, &tables, header, &c))
        return "";
    if (c.kind == KP_COL_UNIT)
        return kp_arena_printf(&scratch, "%s.unit", tables.items[c.index].code);
    if (c.kind != KP_COL_FIELD && c.kind != KP_COL_ITEM)
        return kp_arena_printf(&scratch, "kind %d, why %d", c.kind, c.why);
    if (c.kind == KP_COL_FIELD)
        return kp_field_name((enum kp_field)c.index);
    return kp_arena_printf(&scratch, "%s%s%s%s%s", tables.items[c.index].code, c.is_pair ? "/" : "",
                           c.is_pair ? tables.items[c.casual].code : "", c.unit ? " in " : "",
                           c.unit ? c.unit : "");
}

static int faults;

static void expect_target(const char *header, const char *target)
{
    const char *means = target_of(header);
    if (strcmp(means, target) != 0) {
        print_error("'%s' means '%s', expected '%s'\n", header, means, target);
        faults++;
    }
}

static int fresh(void **state UNUSED)
{
    faults = 0;
    return 0;
}

static const struct kp_item *item_of(const char *target)
{
    const char *code = kp_arena_strndup(&scratch, target, strcspn(target, "/"));
    return kp_item_find(&tables, code);
}

/* --- recognised --- */

static void header__of_export__is_recognised(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT(HEADERS); i++)
        expect_target(HEADERS[i].header, HEADERS[i].target);
    assert_int_equal(faults, 0);
}

static void header__other_width_or_spacing__is_the_same(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT(HEADERS); i++)
        for (int how = NARROW; how < SPELLINGS; how++) {
            const char *header = respell(HEADERS[i].header, (enum spelling)how);
            expect_target(header, HEADERS[i].target);
            expect_target(kp_arena_printf(&scratch, " %s　", header), HEADERS[i].target);
        }
    assert_int_equal(faults, 0);
}

static void header__item_code__is_the_item(void **state UNUSED)
{
    for (size_t i = 0; i < tables.n_items; i++)
        expect_target(tables.items[i].code, tables.items[i].code);
    assert_int_equal(faults, 0);
}

static void expect_with_unit(const struct header_case *c, const char *unit)
{
    static const char *const shapes[][2] = {{"(", ")"}, {"[", "]"}, {" (", ")"}, {"　[", "]"}};
    for (size_t i = 0; i < COUNT(shapes); i++)
        for (int how = AS_IT_STANDS; how < SPACED; how++)
            expect_target(
                respell(kp_arena_printf(&scratch, "%s%s%s%s", c->header, shapes[i][0], unit, shapes[i][1]),
                        (enum spelling)how),
                c->target);
}

/* The official unit and what exports write for it. */
static void header__with_unit__is_the_same(void **state UNUSED)
{
    static const char *const written[][2] = {
        {"mm[Hg]", "mmHg"},    {"U/L", "IU/L"},        {"mg/dL", "mg/dl"},    {"10*4/mm3", "万/mm3"},
        {"10*4/mm3", "万/μL"}, {"{h`b}/min", "拍/分"}, {"{h`b}/min", "回/分"}};
    size_t with_unit = 0;
    for (size_t i = 0; i < COUNT(HEADERS); i++) {
        const struct kp_item *item = item_of(HEADERS[i].target);
        if (!item || !*item->unit)
            continue;
        with_unit++;
        expect_with_unit(&HEADERS[i], item->unit);
        for (size_t k = 0; k < COUNT(written); k++)
            if (strcmp(written[k][0], item->unit) == 0)
                expect_with_unit(&HEADERS[i], written[k][1]);
    }
    assert_true(with_unit > 0);
    assert_int_equal(faults, 0);
}

/* --- not recognised --- */

static void trap__any_spelling__is_unknown(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT(TRAPS); i++)
        for (int how = AS_IT_STANDS; how < SPELLINGS; how++)
            expect_target(respell(TRAPS[i], (enum spelling)how), "");
    assert_int_equal(faults, 0);
}

/* A result may have its judgement, comment, limits and last year's value beside it. */
static void trap__beside_every_item__is_unknown(void **state UNUSED)
{
    static const char *const beside[][2] = {
        {"", " 判定"},    {"", "判定"},     {"", "（判定）"}, {"", "_判定"},    {"【", "】総合判定"},
        {"", "総合判定"}, {"", "評価"},     {"", "ランク"},   {"", "コメント"}, {"前回", ""},
        {"前回 ", ""},    {"", "（前回）"}, {"前々回", ""},   {"昨年度", ""},   {"", " 基準値"},
        {"", "基準範囲"}, {"", "下限"},     {"", "（上限）"}, {"", "予備"},     {"", "備考"}};
    for (size_t i = 0; i < COUNT(HEADERS); i++)
        for (size_t k = 0; k < COUNT(beside); k++)
            expect_target(kp_arena_printf(&scratch, "%s%s%s", beside[k][0], HEADERS[i].header, beside[k][1]),
                          "");
    assert_int_equal(faults, 0);
}

/* Followed by 単位, the header of a number is that of its units; any other header becomes unknown. */
static void unit__beside_every_item__is_its_unit(void **state UNUSED)
{
    size_t units = 0;
    for (size_t i = 0; i < COUNT(HEADERS); i++) {
        const struct kp_item *item = strchr(HEADERS[i].target, '/') ? NULL : item_of(HEADERS[i].target);
        bool number = item && item->type == KP_TYPE_PQ;
        const char *target = number ? kp_arena_printf(&scratch, "%s.unit", item->code) : "";
        const char *header = kp_arena_printf(&scratch, "%s単位", HEADERS[i].header);
        for (int how = AS_IT_STANDS; how < SPELLINGS; how++)
            expect_target(respell(header, (enum spelling)how), target);
        units += number;
    }
    assert_true(units > 0);
    assert_int_equal(faults, 0);
}

/* --- the table of headers --- */

enum { HEADER, TARGET, RANK };

static void read_table(struct kp_sheet *ret_sheet)
{
    const struct kp_embedded *file = kp_embedded_find("headers.csv");
    assert_non_null(file);
    assert_int_equal(kp_sheet_read(ret_sheet, &scratch, NULL, file->bytes, (size_t)(file->end - file->bytes),
                                   KP_COMMENTS_NONE),
                     KP_OK);
    assert_true(ret_sheet->n_columns > RANK && strcmp(ret_sheet->columns[RANK], "rank") == 0);
}

static void table__row_of_rank_1__maps_to_its_target(void **state UNUSED)
{
    struct kp_sheet sheet;
    read_table(&sheet);
    for (size_t i = 0; i < sheet.n_rows; i++)
        if (strcmp(sheet.rows[i].cells[RANK], "1") == 0)
            expect_target(sheet.rows[i].cells[HEADER], sheet.rows[i].cells[TARGET]);
    assert_int_equal(faults, 0);
}

/* They are only suggestions, with a unit as well. */
static void table__row_of_rank_2__is_unknown(void **state UNUSED)
{
    struct kp_sheet sheet;
    size_t n = 0;
    uint32_t hint = 0;
    read_table(&sheet);
    for (size_t i = 0; i < sheet.n_rows; i++) {
        const char *header = sheet.rows[i].cells[HEADER];
        if (strcmp(sheet.rows[i].cells[RANK], "2") != 0)
            continue;
        n++;
        assert_true(kp_map_get(&tables.header_hint, kp_text_header_key(&scratch, header), &hint));
        for (int how = AS_IT_STANDS; how < SPELLINGS; how++)
            expect_target(respell(header, (enum spelling)how), "");
        const struct kp_item *item = item_of(sheet.rows[i].cells[TARGET]);
        if (item && *item->unit)
            expect_target(kp_arena_printf(&scratch, "%s(%s)", header, item->unit), "");
    }
    assert_true(n > 0);
    assert_int_equal(faults, 0);
}

/* Otherwise columns of judgements, limits or last year's values could be mapped. */
static void table__row_of_rank_1__has_no_word_for_another_test(void **state UNUSED)
{
    struct kp_sheet sheet;
    read_table(&sheet);
    for (size_t i = 0; i < sheet.n_rows; i++) {
        uint32_t target = 0;
        const char *key = kp_text_header_key(&scratch, sheet.rows[i].cells[HEADER]);
        bool certain = strcmp(sheet.rows[i].cells[RANK], "1") == 0;
        assert_true(kp_target_find(&tables, sheet.rows[i].cells[TARGET], &target));
        if (certain && kp_is_another_test(&tables, key, target, false)) {
            print_error("headers.csv:%u: '%s' has a word of header_words.csv that does not fit %s\n",
                        (unsigned)sheet.rows[i].line, sheet.rows[i].cells[HEADER],
                        sheet.rows[i].cells[TARGET]);
            faults++;
        }
    }
    assert_int_equal(faults, 0);
}

static int load_all(void **state)
{
    int st = load_tables(state);
    if (st == 0)
        learn_kana();
    return st;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(header__of_export__is_recognised, fresh, tidy),
        cmocka_unit_test_setup_teardown(header__other_width_or_spacing__is_the_same, fresh, tidy),
        cmocka_unit_test_setup_teardown(header__item_code__is_the_item, fresh, tidy),
        cmocka_unit_test_setup_teardown(header__with_unit__is_the_same, fresh, tidy),
        cmocka_unit_test_setup_teardown(trap__any_spelling__is_unknown, fresh, tidy),
        cmocka_unit_test_setup_teardown(trap__beside_every_item__is_unknown, fresh, tidy),
        cmocka_unit_test_setup_teardown(unit__beside_every_item__is_its_unit, fresh, tidy),
        cmocka_unit_test_setup_teardown(table__row_of_rank_1__maps_to_its_target, fresh, tidy),
        cmocka_unit_test_setup_teardown(table__row_of_rank_2__is_unknown, fresh, tidy),
        cmocka_unit_test_setup_teardown(table__row_of_rank_1__has_no_word_for_another_test, fresh, tidy),
    };
    return cmocka_run_group_tests_name("headers", tests, load_all, free_tables);
}

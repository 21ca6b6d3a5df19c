#include "cli/options.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "tables/names.h"

enum { HELP_COLUMN = 26 };

#define READ (KP_FOR_CHECK | KP_FOR_EXPORT | KP_FOR_PREPARE | KP_FOR_ROSTER | KP_FOR_CONFIG)
#define RUN (READ | KP_FOR_RELEASE)
#define TABLES (READ | KP_FOR_IMPORT)
#define DROP (KP_FOR_CHECK | KP_FOR_EXPORT | KP_FOR_PREPARE | KP_FOR_CONFIG) /* take a drop folder */
#define ONLY (KP_FOR_CHECK | KP_FOR_EXPORT | KP_FOR_RELEASE)
#define LOOK (KP_FOR_VERIFY | KP_FOR_SHOW)
#define LOGS (KP_FOR_HANDOVER | KP_FOR_PURGE | KP_FOR_STATUS | KP_FOR_REPLY) /* work on the log */
#define ALL                                                                                                  \
    (RUN | LOGS | KP_FOR_RETIRE | KP_FOR_INIT | KP_FOR_IMPORT | KP_FOR_EXPLAIN | KP_FOR_ITEMS | KP_FOR_MAP | \
     LOOK | KP_FOR_AUDIT)
#define AT(member) offsetof(struct kp_settings, member)
#define OPT(member) offsetof(struct kp_settings, options.member)

#define WORDS(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}
WORDS(FORM_ITEMS, "include", "withhold");
WORDS(REQUESTED_ITEMS, "hold", "release");
WORDS(NO_YES, "no", "yes");
WORDS(WARN_REJECT, "warn", "reject");
WORDS(NOTES, "summary", "all");
WORDS(FORMATS, "table", "csv", "jsonl");                  /* as enum kp_audit_format */
WORDS(AUDIT_BANDS, "any", "under40", "40to74", "75plus"); /* as enum kp_audit_band */
WORDS(AUDIT_TABLES, "any", "builtin", "other");           /* as enum kp_audit_tables */
WORDS(PROGRESS, "auto", "always", "never");               /* as enum kp_progress */

const char *const kp_languages[] = {"en", "ja", NULL};

/* clang-format off */
/* Keys that only the configuration has. */
#define KEY(section, key, kind, choices, at, en, ja) \
    {0, NULL, NULL, section, key, kind, choices, at, RUN, {en, ja}}
#define ORGANISATION(section, org, en, ja) \
    KEY(section, "number", TEXT, NULL, OPT(org.number), "number of the " en ", 10 digits", ja "の番号(10桁)"), \
    KEY(section, "name", TEXT, NULL, OPT(org.name), "name of the " en, ja "の名称"), \
    KEY(section, "postal_code", TEXT, NULL, OPT(org.postal_code), \
        "postal code, 123-4567", "郵便番号(123-4567)"), \
    KEY(section, "address", TEXT, NULL, OPT(org.address), "address", "所在地"), \
    KEY(section, "phone", TEXT, NULL, OPT(org.phone), "telephone", "電話番号")
const struct kp_option kp_options[] = {
    {'c', "config", "FILE", NULL, NULL, PATH, NULL, AT(config),
     RUN | LOGS | KP_FOR_EXPLAIN | KP_FOR_MAP | KP_FOR_VERIFY | KP_FOR_AUDIT,
     {"read settings from this INI file; options win over it (default: kenporter.ini, see README)",
      "設定ファイル(INI形式)を読む。オプションが優先(既定: kenporter.ini)"}},
    {'o', "output", "DIR", "output", "directory", PATH, NULL, OPT(output), RUN | LOGS | KP_FOR_AUDIT,
     {"folder for bundles, reports and log (default: out)", "出力フォルダ(既定: out)"}},
    {'o', "output", "DIR", NULL, NULL, PATH, NULL, AT(import_output), KP_FOR_IMPORT,
     {"folder for kenporter.ini (default: this one)", "kenporter.ini を書くフォルダ(既定: 今のフォルダ)"}},
    {0, "log", "FILE", "output", "log", PATH, NULL, OPT(log), RUN | LOGS,
     {"disclosure log (default: DIR/disclosure-log.csv)", "提供記録(既定: 出力フォルダの disclosure-log.csv)"}},
    {0, "log", "FILE", NULL, NULL, PATH, NULL, OPT(log), KP_FOR_VERIFY,
     {"also hold each bundle against this disclosure log", "提供記録とも照合する"}},
    {0, "previous-logs", "FILES", "output", "previous_logs", PATHS, NULL, OPT(previous_logs), RUN | LOGS,
     {"older logs that this one continues, oldest first, separated by ':'", "この記録が引き継ぐ以前の記録(古い順、: 区切り)"}},
    {0, "anchors", "FILE", "output", "anchors", PATH, NULL, OPT(anchors), RUN | LOGS,
     {"append the log's head hash to this file after every export", "実行ごとに記録の末尾ハッシュをこのファイルに追記する"}},
    {0, "folder", "DIR", "input", "folder", PATH, NULL, OPT(drop.folder), DROP,
     {"read every file of this folder when no INPUT is given", "入力を指定しないとき、このフォルダのファイルをすべて読む(取込フォルダ)"}},
    {0, "done", "DIR", "input", "done", PATH, NULL, OPT(drop.done), DROP,
     {"where files of the folder go once they were read (default: done in it)",
      "取込フォルダの、読み終えたファイルの移動先(既定: その中の done)"}},
    {0, "quarantine", "DIR", "input", "quarantine", PATH, NULL, OPT(drop.quarantine), DROP,
     {"where files go that cannot be read, with a text that says why (default: quarantine in it)",
      "読めないファイルの移動先。理由を書いた .txt を添える(既定: その中の quarantine)"}},
    {0, "metrics", "FILE", "output", "metrics", PATH, NULL, AT(metrics), RUN,
     {"write counts and times of the run to this file for Prometheus; as a key, after an export only",
      "実行の件数と時刻を Prometheus 用のファイルに書く。設定では export のときだけ"}},
    {0, NULL, NULL, "output", "keep", DAYS, NULL, AT(keep), RUN,
     {"how long runs/ keeps rejected, held and notes files: \"90 days\"; an export removes older ones and logs it "
      "(default: for ever)",
      "runs/ の要修正・保留・注記ファイルを残す日数(例: 90日)。export が古いものを削除し、記録する(既定: 削除しない)"}},
    {0, "mapping", "FILE", "input", "mapping", PATH, NULL, OPT(input.mapping), TABLES,
     {"which column means what; without it headers are recognised", "列の対応表。なければ見出しから判断する"}},
    {0, "methods", "FILE", "input", "methods", PATH, NULL, OPT(input.methods), TABLES,
     {"methods of a CC2X mapping table (METHODCVT...)", "CC2Xの検査方法変換表(METHODCVT…)"}},
    {0, "ranges", "FILE", "input", "ranges", PATH, NULL, OPT(input.ranges), TABLES,
     {"reference ranges for results without one (ITEMBasicInfo...)", "基準値のない結果に使う基準値の表(ITEMBasicInfo…)"}},
    {0, "roster", "FILE", "input", "roster", PATH, NULL, OPT(input.master), READ,
     {"personnel master (CSV) that completes rows without insured data, by employee id",
      "被保険者情報のない行を社員番号で補う人事マスタ(CSV)"}},
    {0, "join", "COLUMN", "input", "join", TEXT, NULL, OPT(input.join), READ,
     {"join two files, persons and results, by this column (its header, or #N)",
      "受診者と結果の2ファイルをこの列(見出し又は#N)で結合する"}},
    {0, "exam-kind", "KIND", "input", "exam_kind", CHOICE, kp_exam_kind_names, OPT(input.exam_kind),
     READ | KP_FOR_EXPLAIN,
     {"kind of examination of exports without a column for it: periodic (assumed by default), hiring, special, ...",
      "健診種別の列がない出力の種別: periodic(既定)、hiring、special など"}},
    {0, "requests", "FILE", "registers", "requests", PATH, NULL, OPT(registers.requests), RUN | KP_FOR_AUDIT,
     {"register of insurers' requests", "保険者からの提供依頼の台帳"}},
    {0, "consents", "FILE", "registers", "consents", PATH, NULL, OPT(registers.consents), RUN | KP_FOR_AUDIT,
     {"register of consents", "同意の台帳"}},
    {0, "insurers", "FILE", "registers", "insurers", PATH, NULL, OPT(registers.insurers), RUN | KP_FOR_AUDIT,
     {"register of insurers", "保険者の台帳"}},
    {0, "facilities", "FILE", "registers", "facilities", PATH, NULL, OPT(input.facilities), TABLES,
     {"register of examining institutions", "健診機関の台帳"}},
    {0, "facility-defaults", "FILE", "facility", "defaults", PATH, NULL, OPT(input.facility_defaults),
     RUN | KP_FOR_IMPORT,
     {"what [facility] and [sender] do not say of the institution (KikanInfo...)",
      "[facility] と [sender] にない機関情報(KikanInfo…)"}},
    {0, "schemas", "DIR", "schema", "tables", PATH, NULL, OPT(common.schemas), ALL,
     {"tables to use instead of those built in", "内蔵の表の代わりに使う表のフォルダ"}},
    {0, "xsd", "DIR", "schema", "xsd", PATH, NULL, OPT(xsd), RUN | KP_FOR_VERIFY,
     {"the ministry's V08 schema files, to validate with and to enclose", "厚生労働省のV08スキーマ(検査と同梱に使う)"}},
    {0, "as-of", "YYYY-MM-DD", NULL, NULL, DATE, NULL, OPT(as_of), RUN,
     {"day of disclosure (default: today in Japan)", "提供日(既定: 日本の今日)"}},
    {'n', "dry-run", NULL, NULL, NULL, FLAG, NULL, AT(dry_run), KP_FOR_EXPORT | KP_FOR_ROSTER,
     {"decide and report as check does; no bundle, no log entry", "check と同じく判定と報告だけを行う"}},
    {'n', "dry-run", NULL, NULL, NULL, FLAG, NULL, AT(dry_run), KP_FOR_PURGE,
     {"only name what would be removed", "削除の対象を表示するだけで、削除しない"}},
    {0, "before", "DAY", NULL, NULL, DATE, NULL, AT(before), KP_FOR_PURGE,
     {"remove what is older than this day", "この日より前のものを削除する"}},
    {0, "to", "WHO", NULL, NULL, TEXT, NULL, AT(handover.to), KP_FOR_HANDOVER,
     {"who took the bundle", "引渡しの相手"}},
    {0, "means", "TEXT", NULL, NULL, TEXT, NULL, AT(handover.means), KP_FOR_HANDOVER,
     {"how it went: by hand, registered mail, an upload, ...", "引渡しの方法(手渡し、書留、アップロードなど)"}},
    {0, "on", "DAY", NULL, NULL, DATE, NULL, AT(handover.on), KP_FOR_HANDOVER,
     {"when (default: today in Japan)", "その日(既定: 日本の今日)"}},
    {0, "note", "TEXT", NULL, NULL, TEXT, NULL, AT(handover.note), KP_FOR_HANDOVER,
     {"a remark for the log", "提供記録に残す備考"}},
    {0, "received", NULL, NULL, NULL, FLAG, NULL, AT(received), KP_FOR_HANDOVER,
     {"the receiver confirmed it", "相手が受領を確認した"}},
    {0, "returned", NULL, NULL, NULL, FLAG, NULL, AT(returned), KP_FOR_HANDOVER,
     {"it came back", "返却された"}},
    {0, "recalled", NULL, NULL, NULL, FLAG, NULL, AT(recalled), KP_FOR_HANDOVER,
     {"it was called back", "回収を求めた"}},
    {0, "password-file", "FILE", NULL, NULL, PATH, NULL, OPT(seal.password_file),
     KP_FOR_EXPORT | KP_FOR_RELEASE | KP_FOR_ROSTER,
     {"seal under the password in this file, of 16 characters at least (default: one is drawn for each insurer)",
      "このファイルのパスワード(16文字以上)で封をする(既定: 保険者ごとに生成)"}},
    {0, "password-file", "FILE", NULL, NULL, PATH, NULL, OPT(seal.password_file), LOOK,
     {"open bundles under a password, which is in this file", "パスワード付きの送付ファイルを、このファイルのパスワードで開く"}},
    {0, "list", NULL, NULL, NULL, FLAG, NULL, OPT(seal.list), KP_FOR_EXPORT | KP_FOR_RELEASE,
     {"put a list of the members into sealed archives, beside the bundle", "封をしたZIPに対象者の一覧(CSV)も入れる"}},
    {0, "backdate", "REASON", NULL, NULL, TEXT, NULL, OPT(backdate), RUN,
     {"why the day of disclosure is not today; export, release and roster need it then",
      "提供日が今日でない理由(export・release・roster で必要。記録に残る)"}},
    {0, "threads", "N", NULL, NULL, COUNT, NULL, OPT(threads), RUN,
     {"worker threads (default: all processors); the output does not depend on it",
      "スレッド数(既定: 全プロセッサ)。結果は変わらない"}},
    {0, "strict", NULL, "policy", "strict", FLAG, NULL, OPT(common.strict), RUN | KP_FOR_VERIFY,
     {"warnings reject the record, or the bundle", "警告のある記録・送付ファイルも不可とする"}},
    {0, "insurer", "NUMBER", NULL, NULL, LINES, NULL, OPT(only_insurers), ONLY,
     {"only records of this insurer; may be repeated", "この保険者の記録だけ(繰り返し可)"}},
    {0, "employee", "ID", NULL, NULL, LINES, NULL, OPT(only_employees), ONLY | KP_FOR_ROSTER,
     {"only records of this employee id; may be repeated", "この社員番号の記録だけ(繰り返し可)"}},
    {0, "shard", "I/N", NULL, NULL, TEXT, NULL, OPT(shard), KP_FOR_CHECK | KP_FOR_EXPORT,
     {"one of N machines that share the export (N up to 10): only its people; the rest waits",
      "N台(10まで)で分担するときの I 台目の受診者だけ。ほかは待つ"}},
    {0, "again", "REASON", NULL, NULL, TEXT, NULL, OPT(again), RUN,
     {"disclose unchanged records once more, for this reason", "提供済みの記録をこの理由で再度提供する"}},
    {0, "corrections", NULL, NULL, NULL, FLAG, NULL, OPT(corrections), RUN,
     {"disclose records that changed since they were disclosed", "提供後に変わった記録を訂正として提供する"}},
    {0, "age-rule", "RULE", "policy", "age_rule", CHOICE, kp_age_rule_names, OPT(age_rule),
     RUN | KP_FOR_EXPLAIN | KP_FOR_VERIFY,
     {"birthday: an age is reached on the birthday (default); statute: on the day before",
      "birthday: 誕生日に達する(既定)、statute: 前日に達する"}},
    {0, "membership", "RULE", "policy", "membership", CHOICE, kp_membership_names, OPT(membership), RUN,
     {"exam_day: a member on the day of the examination (default); exam_day_and_request: also when the request came",
      "exam_day: 健診日の加入者(既定)、exam_day_and_request: 提供依頼の受領時も加入者"}},
    KEY("policy", "form_items", SWITCH, FORM_ITEMS, OPT(withhold_form_items),
        "items that only the form demands (BMI, judgements, the doctor's name): include (default) or withhold",
        "様式だけが求める項目(BMI、判定、医師名): include 含める(既定)、withhold 含めない"),
    KEY("policy", "requested_items", SWITCH, REQUESTED_ITEMS, OPT(release_requested_items),
        "further items that a request under the health Acts lists: hold (default) or release",
        "健保法等による提供依頼に書かれた追加の項目: hold 保留(既定)、release 提供"),
    KEY("policy", "derive", SWITCH, NO_YES, OPT(derive),
        "compute missing items that follow from others: no (default) or yes",
        "他の値から計算できる項目を補う: no(既定)、yes"),
    KEY("policy", "required_items", SWITCH, WARN_REJECT, OPT(reject_incomplete),
        "a document for ages 40 to 74 that lacks an item of the specific health check: warn (default) or reject",
        "40〜74歳で特定健診の必須項目が欠けた記録: warn 警告(既定)、reject 要修正"),
    KEY("seal", "password_command", TEXT, NULL, OPT(seal.password_command),
        "a shell command that prints the password for sealed bundles; $1 is the insurer's number",
        "封をするパスワードを出力するシェルコマンド。$1 は保険者番号"),
    KEY("input", "encoding", CHOICE, kp_encoding_options, OPT(input.encoding),
        "encoding of the exports (default: auto)",
        "入力の文字コード(既定: auto)"),
    KEY("input", "delimiter", DELIMITER, kp_delimiter_names, OPT(input.delimiter),
        "delimiter of the exports (default: auto)",
        "入力の区切り文字(既定: auto)"),
    ORGANISATION("sender", sender, "employer", "提供する事業主"),
    KEY("officer", "name", TEXT, NULL, OPT(officer),
        "who is in charge of the records (guideline 5(4)); the log names them",
        "健診記録の管理責任者。提供記録に残る"),
    ORGANISATION("facility", input.facility, "examining institution, where the export does not name one", "健診機関(入力に列がないとき)"),
    {0, "birth", "DATE", NULL, NULL, DATE, NULL, AT(explain.birth), KP_FOR_EXPLAIN, {"date of birth", "生年月日"}},
    {0, "exam", "DATE", NULL, NULL, DATE, NULL, AT(explain.exam),
     KP_FOR_EXPLAIN, {"date of the examination", "健診実施日"}},
    {0, "insurer", "NUMBER", NULL, NULL, TEXT, NULL, AT(explain.insurer), KP_FOR_EXPLAIN,
     {"insurer number, 8 digits", "保険者番号(8桁)"}},
    {0, "insurer", "NUMBER", NULL, NULL, TEXT, NULL, AT(audit.insurer), KP_FOR_AUDIT,
     {"insurer number, 8 digits", "保険者番号(8桁)"}},
    {0, "on", "DATE", NULL, NULL, DATE, NULL, AT(explain.on), KP_FOR_EXPLAIN,
     {"day of disclosure (default: today in Japan)", "提供日(既定: 日本の今日)"}},
    {0, "articles", "LIST", NULL, NULL, TEXT, NULL, AT(explain.articles), KP_FOR_EXPLAIN,
     {"what the request cites: elderly_act health_act (default: both; empty: no request has come)",
      "提供依頼の根拠: elderly_act health_act(既定: 両方、空: 提供依頼なし)"}},
    {0, "items", "CODES", NULL, NULL, TEXT, NULL, AT(explain.items), KP_FOR_EXPLAIN,
     {"item codes to answer for", "個別に答える項目コード"}},
    {0, "scheme", "NAME", NULL, NULL, TEXT, NULL, AT(explain.scheme), KP_FOR_EXPLAIN,
     {"chiho_kyosai or shigaku_kyosai, where the number leaves it open",
      "番号34・75の制度(chiho_kyosai か shigaku_kyosai)"}},
    {0, "employee", "ID", NULL, NULL, PERSONAL, NULL, AT(audit.employee), KP_FOR_AUDIT,
     {"only entries of this employee; widths do not count; @FILE reads the id from a file",
      "この社員の記録だけ(全角・半角は区別しない)。@ファイル名 で値をファイルから読む"}},
    {0, "number", "NUMBER", NULL, NULL, PERSONAL, NULL, AT(audit.number), KP_FOR_AUDIT,
     {"only entries of this insured number; @FILE as above", "この被保険者番号の記録だけ(@ファイル名 も可)"}},
    {0, "name", "KANA", NULL, NULL, PERSONAL, NULL, AT(audit.name), KP_FOR_AUDIT,
     {"only entries of people with this kana name; @FILE as above", "このカナ氏名の記録だけ(@ファイル名 も可)"}},
    {0, "birth", "DAY", NULL, NULL, PERSONAL, NULL, AT(audit.birth), KP_FOR_AUDIT,
     {"only entries of people born on this day; @FILE as above", "この生年月日の記録だけ(@ファイル名 も可)"}},
    {0, "basis", "ID", NULL, NULL, TEXT, NULL, AT(audit.basis), KP_FOR_AUDIT,
     {"only disclosures on this basis (kenpo150, consent, ...)", "この根拠による提供だけ(kenpo150、consent など)"}},
    {0, "from", "DATE", NULL, NULL, DATE, NULL, AT(audit.from), KP_FOR_AUDIT,
     {"only entries written on this day or later", "この日以後の記録だけ"}},
    {0, "to", "DATE", NULL, NULL, DATE, NULL, AT(audit.to), KP_FOR_AUDIT,
     {"only entries written on this day or before", "この日以前の記録だけ"}},
    {0, "request", "ID", NULL, NULL, TEXT, NULL, AT(audit.request), KP_FOR_AUDIT,
     {"only disclosures on this request", "この提供依頼による提供だけ"}},
    {0, "event", "EVENT", NULL, NULL, CHOICE, kp_audit_event_names, AT(audit.event), KP_FOR_AUDIT,
     {"only entries of this kind: disclose, again, correct, release, void, handover, ...", "この種類の記録だけ"}},
    {0, "bundle", "NAME", NULL, NULL, TEXT, NULL, AT(audit.bundle), KP_FOR_AUDIT,
     {"only entries of this bundle", "この送付ファイルの記録だけ"}},
    {0, "item", "ITEM", NULL, NULL, TEXT, NULL, AT(audit.item), KP_FOR_AUDIT,
     {"only disclosures of this item, by its code or Japanese name", "この項目(コードか日本語名)の提供だけ"}},
    {0, "consent", "ID", NULL, NULL, TEXT, NULL, AT(audit.consent), KP_FOR_AUDIT,
     {"only disclosures that rest on this consent", "この同意による提供だけ"}},
    {0, "band", "BAND", NULL, NULL, CHOICE, AUDIT_BANDS, AT(audit.band), KP_FOR_AUDIT,
     {"only disclosures of this age band: under40, 40to74, 75plus", "この年齢区分の提供だけ: under40、40to74、75plus"}},
    {0, "exam-from", "DATE", NULL, NULL, DATE, NULL, AT(audit.exam_from), KP_FOR_AUDIT,
     {"only disclosures of examinations on this day or later", "この日以後の健診の提供だけ"}},
    {0, "exam-to", "DATE", NULL, NULL, DATE, NULL, AT(audit.exam_to), KP_FOR_AUDIT,
     {"only disclosures of examinations on this day or before", "この日以前の健診の提供だけ"}},
    {0, "operator", "USER", NULL, NULL, TEXT, NULL, AT(audit.operated_by), KP_FOR_AUDIT,
     {"only entries that this user wrote (USER or USER@HOST)", "この操作者の記録だけ(USER か USER@HOST)"}},
    {0, "tables", "WHICH", NULL, NULL, CHOICE, AUDIT_TABLES, AT(audit.tables), KP_FOR_AUDIT,
     {"only entries of runs with the tables built in, or with others: builtin, other",
      "内蔵の表(builtin)または別の表(other)による実行の記録だけ"}},
    {0, "backdated", NULL, NULL, NULL, FLAG, NULL, AT(audit.backdated), KP_FOR_AUDIT,
     {"only runs and disclosures that were judged by another day than theirs", "実行日と違う日で判定した実行と提供だけ"}},
    {0, "withdrawn", NULL, NULL, NULL, FLAG, NULL, AT(audit.withdrawn), KP_FOR_AUDIT,
     {"disclosures that rest on consents withdrawn or refused since; needs --consents",
      "その後に撤回・拒否された同意による提供(--consents が必要)"}},
    {0, "conflicts", NULL, NULL, NULL, FLAG, NULL, AT(audit.conflicts), KP_FOR_AUDIT,
     {"examinations that were disclosed to several insurers", "複数の保険者に提供した健診"}},
    {0, "within-request", NULL, NULL, NULL, FLAG, NULL, AT(audit.within_request), KP_FOR_AUDIT,
     {"whether each disclosure is within its request, by the register that the run used",
      "提供ごとに、実行時の台帳の提供依頼の範囲内かを示す"}},
    {0, "expired", NULL, NULL, NULL, FLAG, NULL, AT(audit.expired), KP_FOR_AUDIT,
     {"entries past their retention: 3 years for consent alone, 5 for the rest",
      "保存期間を過ぎた記録(同意だけによるもの3年、ほか5年)"}},
    {0, "unanswered", NULL, NULL, NULL, FLAG, NULL, AT(audit.unanswered), KP_FOR_AUDIT,
     {"disclosures about which no reply came, with the state of their bundle",
      "回答のない提供(送付ファイルの状態を付ける)"}},
    {0, "errors", NULL, NULL, NULL, FLAG, NULL, AT(audit.errors), KP_FOR_AUDIT,
     {"people returned with an error and not disclosed again since", "エラーで返戻され、まだ訂正していない提供"}},
    {0, "handovers", NULL, NULL, NULL, FLAG, NULL, AT(audit.handovers), KP_FOR_AUDIT,
     {"bundles: released and handed over when, to whom, how", "送付ファイルごとの作成日、引渡しの日・相手・方法"}},
    {0, "pending", NULL, NULL, NULL, FLAG, NULL, AT(audit.pending), KP_FOR_AUDIT,
     {"bundles not handed over yet, or returned", "まだ引き渡していない、または返却された送付ファイル"}},
    {0, "sheet", NULL, NULL, NULL, FLAG, NULL, AT(audit.sheet), KP_FOR_AUDIT,
     {"the answer to a person's own request (APPI art. 33), with --employee, or --name and --birth",
      "本人の開示請求への回答(個情法33条)。--employee か --name と --birth で指定"}},
    {0, "statistics", NULL, NULL, NULL, FLAG, NULL, AT(audit.statistics), KP_FOR_AUDIT,
     {"people by insurer, fiscal year, sex and age, without names and small numbers",
      "保険者・年度・性別・年齢ごとの人数(氏名なし、少人数は伏せる)"}},
    {0, "format", "FORMAT", NULL, NULL, CHOICE, FORMATS, AT(audit.format), KP_FOR_AUDIT,
     {"table (default), csv or jsonl: lists entries, which name people",
      "table(既定)、csv、jsonl。記録の一覧には個人名が出る"}},
    {0, "provision-records", NULL, NULL, NULL, FLAG, NULL, AT(audit.provision_records), KP_FOR_AUDIT,
     {"the records owed for disclosures by consent, from the registers that the runs used",
      "同意による提供について作成すべき記録を、実行時の台帳から出す"}},
    {0, "head", "HASH", NULL, NULL, TEXT, NULL, AT(audit.head), KP_FOR_AUDIT,
     {"the log must contain this head hash, kept elsewhere", "別に保管した末尾ハッシュが記録に含まれるか確かめる"}},
    {0, "lang", "LANG", NULL, NULL, CHOICE, kp_languages, OPT(common.lang), ALL,
     {"ja or en (default: from the locale)", "ja または en(既定: ロケール)"}},
    {0, "json", NULL, NULL, NULL, FLAG, NULL, AT(json),
     RUN | KP_FOR_EXPLAIN | LOOK | KP_FOR_STATUS | KP_FOR_AUDIT | KP_FOR_ITEMS | KP_FOR_MAP,
     {"answer as JSON on stdout", "結果をJSONで標準出力に書く"}},
    {0, "html", NULL, NULL, NULL, FLAG, NULL, AT(html), KP_FOR_SHOW | KP_FOR_AUDIT,
     {"a self-contained HTML page on stdout instead of text", "テキストの代わりに、単独で開けるHTMLを標準出力に書く"}},
    {0, "show-values", NULL, NULL, NULL, FLAG, NULL, OPT(common.show_values), RUN | LOOK,
     {"print values in diagnostics, notes.csv and contents: personal data",
      "診断・notes.csv・目次に値や氏名を出す(個人情報に注意)"}},
    {0, "progress", "WHEN", NULL, NULL, CHOICE, PROGRESS, AT(progress), RUN | KP_FOR_VERIFY,
     {"progress bar: auto (on a terminal), always, never", "進行状況の表示: auto、always、never"}},
    {0, "if-needed", NULL, NULL, NULL, FLAG, NULL, AT(if_needed), RUN,
     {"print nothing unless somebody must look: for cron", "確認が要るときだけ表示する(cron向け)"}},
    {0, "notes", "WHICH", "output", "notes", SWITCH, NOTES, OPT(all_notes), RUN,
     {"notes.csv: summary (changes by column and kind, with their number; default) or all (every change)",
      "notes.csv の書き方: summary(列と種類ごとの件数、既定)、all(1件ずつすべて)"}},
    {'q', "quiet", NULL, NULL, NULL, FLAG, NULL, AT(quiet), RUN | KP_FOR_MAP | KP_FOR_VERIFY,
     {"say nothing but failures", "失敗のほかは何も表示しない"}},
    {'v', "verbose", NULL, NULL, NULL, FLAG, NULL, AT(verbose), RUN | KP_FOR_VERIFY,
     {"also print notes, rows that only wait for a request, and all of a flood", "注記、提供依頼待ちの行、省略される分もすべて表示する"}},
    {'h', "help", NULL, NULL, NULL, FLAG, NULL, AT(help), ALL, {"show this help", "この説明を表示する"}},
};
/* clang-format on */

const size_t kp_n_options = KP_COUNT(kp_options);
_Static_assert(KP_COUNT(kp_options) <= KP_MAX_OPTIONS, "raise KP_MAX_OPTIONS");

bool kp_option_has_name(const struct kp_option *o, unsigned command)
{
    return o->name && (o->commands & command);
}

void kp_usage_text(const struct kp_diag *diag, const char *usage, struct kp_buf *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    struct kp_arena scratch = {0};
    for (const char *at = usage; *at;) {
        size_t n = strspn(at, letters);
        const char *word = n ? kp_arena_strndup(&scratch, at, n) : NULL;
        if (word)
            kp_buf_str(out, kp_term(diag, "placeholder", word));
        else
            kp_buf_add(out, at, n ? n : 1);
        at += n ? n : 1;
    }
    kp_arena_release(&scratch);
}

void kp_options_help(unsigned command, const struct kp_diag *diag, struct kp_buf *out)
{
    for (size_t i = 0; i < kp_n_options; i++) {
        const struct kp_option *o = &kp_options[i];
        if (!kp_option_has_name(o, command))
            continue;
        size_t from = out->len;
        if (o->letter)
            kp_buf_printf(out, "  -%c, --%s", o->letter, o->name);
        else
            kp_buf_printf(out, "      --%s", o->name);
        if (o->argument) {
            kp_buf_char(out, ' ');
            kp_usage_text(diag, o->argument, out);
        }
        do
            kp_buf_char(out, ' ');
        while (kp_buf_ok(out) && kp_text_columns(kp_buf_text(out) + from) < HELP_COLUMN);
        kp_buf_printf(out, "%s\n", o->help[diag->lang]);
    }
}

use super::*;
use crate::desk::staff::Member;

const NUMBERS: [&str; 2] = ["ZT-2025-0001", "ZT-2025-0004"];
const YAMADA: &str =
    "松本市 健康福祉部\n山田 太郎\n0263-00-0000 / yamada@city.example.jp\n会議の事例はありますか。";

fn staff() -> Staff {
    let member =
        |name: &str| Member { name: name.into(), address: format!("{name}@example.jp"), lead: false };
    Staff::new(vec![member("佐藤 花子"), member("伊藤 健一"), member("林 次郎"), member("高橋花")])
}

fn look(text: &str, readers: &[&str], awaits_result: bool) -> Vec<&'static str> {
    let (staff, numbers) = (staff(), NUMBERS.map(str::to_owned));
    let written =
        Written { text, numbers: &numbers, readers, staff: &staff, shows_names: false, awaits_result };
    let code = |concern: Concern| match concern {
        Concern::Addressee(_) => "addressee",
        Concern::OtherTicket(_) => "ticket",
        Concern::Colleague(_) => "colleague",
        Concern::Internal(_) => "internal",
        Concern::Selection(_) => "selection",
        Concern::Signature(_) => "signature",
    };
    second_look(&written).into_iter().map(code).collect()
}

#[test]
fn the_patterns_compile() {
    assert!(PATTERNS.is_some());
}

#[test]
fn answers_leave_by_themselves() {
    for text in [
        "はい",
        "はい、対象です。",
        "会議の例は、第一市にございます。",
        "山田様\n\nお世話になっております。\n会議の例は、次のとおりです。",
        "松本市 健康福祉部\n山田 太郎 様\n\nお問い合わせの件、下記のとおり回答いたします。",
        "山田さん、お待たせいたしました。例をお送りします。",
        "山田太郎様\n例です。",
        "松本市 御中\n\n例です。",
        "松本市役所 健康福祉部 御中\n\n例です。",
        "ご担当者様\n\n例です。",
        "皆様\n\n例です。",
        "関係者各位\n\n例です。",
        "承知しました。8月末までにお送りください。",
        "この通知は、厚生労働省の事業です。",
        "厚生労働省の事業です。",
        "林業の従事者も対象です。森林に関する計画は県の担当です。",
        "ZT-2025-0001 の件です。対象となります。",
        "ZT-2025-0004 の件も、同じ扱いです。",
        "申込書を添付して、このメールに返信してください。",
        "県の担当課に問い合わせてください。",
        "団体名は「○○市」のようにご記入ください。",
        "例えば、○○市の会議では、次のように進めています。",
        "医師会、○○病院など",
        "次の施設の一覧が参考になります。\n・第一病院\n・第二病院",
        "在宅医療・介護連携推進事業の手引きに記載がございますので、そちらの様式をご確認のうえ、必要事項を記入して県の担当課へご提出ください。",
        "貴局内でご検討のうえ、ご回答ください。",
        "患者様やご家族の皆様へのご説明も対象です。",
        "講師の先生への謝金も対象です。",
        "三月までに完了する事業が対象です。",
        "以下のとおり回答いたします。\n一 対象です。",
        "電話でのご相談は 03-0000-0000 へどうぞ。",
        "対象：市町村\n期限：7月31日\n-----\n以上です。",
        "採択後の手続きは、要綱のとおりです。",
        "窓口の電話番号は次のとおりです。\n---\n医政局 03-1111-2222",
    ] {
        let expected: &[&str] = if text.contains("---\n医政局") { &["signature"] } else { &[] };
        assert_eq!(look(text, &[YAMADA], false), expected, "{text}");
    }
}

#[test]
fn another_addressee_waits_for_a_word() {
    for text in [
        "山本様\n\n例です。",
        "松本市　鈴木様\n\n例です。",
        "厚生労働省 鈴木様\n\nご教示ありがとうございました。",
        "三浦先生\n謝金は3万円をお支払いします。",
        "塩尻市 御中\n\n例です。",
        "山本様、例は次のとおりです。",
        "鈴木様　例は次のとおりです。",
        "鈴木 一郎 殿\n例です。",
        "長野県健康福祉部\n丸山様\n\n例です。",
    ] {
        assert_eq!(look(text, &[YAMADA], false), ["addressee"], "{text}");
    }
    // The same text goes to two inquirers.
    assert_eq!(look("山田様\n例です。", &[YAMADA, "塩尻市\n高木 花子"], false), ["addressee"]);
    assert_eq!(look("皆様\n例です。", &[YAMADA, "塩尻市\n高木 花子"], false), [""; 0]);
    // A name in another spelling is the same name.
    assert_eq!(look("髙木 様\n例です。", &["塩尻市\n高木 花子"], false), [""; 0]);
    assert_eq!(look("斎藤様\n例です。", &["塩尻市\n齋藤 花子"], false), [""; 0]);
}

#[test]
fn the_number_of_another_ticket_waits_for_a_word() {
    for (text, expected) in [
        ("ZT-2025-0008の件、対象となります。", &["ticket"][..]),
        ("ＺＴ－２０２５－０００８ と同じ回答です。", &["ticket"]),
        ("様式 AB-2025-0008 をご覧ください。", &[]),
    ] {
        assert_eq!(look(text, &[YAMADA], false), expected, "{text}");
    }
}

#[test]
fn words_to_colleagues_wait_for_a_word() {
    for text in [
        "佐藤さん、この件どう思いますか？",
        "伊藤さん\nこの件ご対応ください。",
        "（伊藤さん、これで送ります）",
        "佐藤課長\n案を送ります。",
        "伊藤さんに聞いてみます。",
        "対象です。\nP.S. 伊藤さん、登録お願いします。",
        "林さん、よろしくお願いします。",
        "高橋さん、お願いします。",
        "この件は佐藤に確認してから進めます。",
    ] {
        assert_eq!(look(text, &[YAMADA], false).first(), Some(&"colleague"), "{text}");
    }
    let their_own = "佐藤市\n佐藤 一郎";
    assert_eq!(look("佐藤様\n\n例です。", &[their_own], false), [""; 0]);
}

#[test]
fn words_within_the_office_wait_for_a_word() {
    for text in [
        "社内連絡：この方には慎重に。\n対象です。",
        "対象です。\n※社内向け",
        "[社内限]\n対象です。",
        "回答案です。ご確認ください。\n対象です。",
        "以下のとおり回答してよろしいでしょうか。\n対象です。",
        "下記内容で送信をお願いします。\n対象です。",
        "お疲れ様です。\n下記の通り回答お願いします。\n対象です。",
        "対象です。\nTODO: 頁を確認",
        "対象です（要確認）",
        "手引きの●●●ページをご覧ください。",
        "期限は○○日です。",
        "対象です。\nメモ 先方はお急ぎとのこと",
        "対象です。\nめも：急ぎ",
        "以上、回答しましたので完了でお願いします。",
        "了解です、明日回答します",
        "先方に電話したら不在でした。",
        "この人クレーマーなので注意。",
        "これはうちの所管ではないですね。",
        "誰か対応お願いします。",
        "スパムです。",
        "対応不要",
        "回答不要です。",
        "重複です。",
        "めも：急ぎ",
        "ホールド 8/8",
        "ほかと同じ内容なので統合でお願いします。",
        "厚労省に聞いてください",
        "先方に対象年度を質問して、連絡を待ってください。",
        "会議の過去事例を検索してください。",
        "検索お願いします　会議",
        "氏名を「山田 三郎」に訂正してください",
        "連絡先を 03-0000-0000 に訂正",
        "添付ファイルを送ってください。",
        "原本を見せてください",
        "月報ください",
        "ＦＡＱにしたい",
        "皆様\nどなたか回答をお願いします。",
    ] {
        assert!(look(text, &[YAMADA], false).contains(&"internal"), "{text}");
    }
}

#[test]
fn words_of_the_selection_wait_while_the_result_is_open() {
    for text in [
        "この地域、採択で良いと思います。",
        "採択候補です。",
        "この応募は不採択でいいのでは？",
        "構成員が足りないので減点。",
        "今回は見送りですね。",
        "採択の理由：課題が具体的",
        "審査員の三浦先生に確認します。",
    ] {
        assert_eq!(look(text, &[YAMADA], true), ["selection"], "{text}");
        assert_eq!(look(text, &[YAMADA], false), [""; 0], "{text}");
    }
}

#[test]
fn names_of_the_writer_wait_for_a_word() {
    for text in [
        "対象です。\n佐藤",
        "対象です。\n佐藤です。",
        "お世話になっております。事務局の佐藤です。\n対象です。",
        "対象です。\n（文責：佐藤）",
        "厚労省の鈴木です。\n対象です。",
        "対象です。\n\n****************\n在宅医療事務局\nTEL 03-0000-0000\nMobile 090-0000-0000\n****************",
        "対象です。\n--------\n厚生労働省医政局\n鈴木 太郎\n03-5253-1111",
    ] {
        assert_eq!(look(text, &[YAMADA], false).first(), Some(&"signature"), "{text}");
    }
}

#[test]
fn three_concerns_are_enough() {
    let text = "佐藤さん\n伊藤さん\n林さん\n高橋さん\nZT-2025-0009";
    assert_eq!(look(text, &[YAMADA], false).len(), 3);
}

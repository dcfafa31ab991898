//! The words by which the second look knows what is not meant for an inquirer. Lines are folded: NFKC, lower case.

use std::sync::LazyLock;

use regex::Regex;

pub(super) struct Patterns {
    pub(super) number: Regex,
    pub(super) behind_name: Regex,
    pub(super) introduces: Regex,
    pub(super) introduction: Regex,
    pub(super) things: Regex,
    pub(super) addressed: Regex,
    pub(super) opening: Regex,
    pub(super) anybody: Regex,
    pub(super) internal: Regex,
    pub(super) placeholder: Regex,
    pub(super) talk: Regex,
    pub(super) selection: Regex,
    pub(super) telephone: Regex,
}

/// Directly behind a colleague's surname.
const BEHIND_NAME: &str = r"^(?:さん|さま|様|氏|くん|君|課長|係長|補佐|主査|主任|部長|室長|班長|局長|所長|リーダー|に(?:聞|確認|お願い|回し|回答|対応|引き?継)|へ(?:[。、]|$)|宛|あて|携帯|まで(?:ご?連絡|ご?確認)|より(?:[。、]|$))";
/// Directly behind the writer's own surname.
const INTRODUCES: &str = r"^(?:です|でございます|と申します|と申し上げます|が(?:担当|回答|お答え)|携帯)";
/// Somebody introduces themselves by office and name: 「厚生労働省の鈴木です。」
const INTRODUCTION: &str = r"^(?:いつも|平素より)?(?:大変)?(?:お世話になって(?:おります|います)[。、]?)?[^。、]{0,20}(?:省|庁|局|部|課|室|係|班|県|市|町|村|区|会|社|所|院|機構|センター|担当|事務局)の[\x{3400}-\x{9fff}々]{1,4}(?:です|でございます|と申します)[。.]?$";
/// What such a sentence says of a thing: 「厚生労働省の事業です。」
const THINGS: &str = r"(?:事業|制度|担当|予定|管轄|所管|見解|資料|様式|職員|施設|案件|業務|判断|通知|規定|例|方|者|費|課|係|部|局|室|会|場合|対象|地域|状況|意見|場所|内容|範囲|責任|負担|仕事|管理|承認|許可|主催|共催|実施|運営|回答|住所|窓口|病院|市民|住民|医師|期限|締切|件)(?:です|でございます|と申します)[。.]?$";

const TITLE: &str = r"(?:様|さま|さん|殿|先生|御中)";
/// Nobody in particular.
const ANYBODY: &str = r"^(?:[ごお御]?(?:担当|関係|責任|照会|相談|質問|利用|応募|申請|代表)(?:の)?(?:者|者?の皆|者?各位|の皆|課|部署)?(?:の?(?:方|皆))?|皆|みな|各位|方々|お客|何|.*(?:課|部|係|室|局|班|窓口)ご?担当(?:者)?)$";

/// A remark, a draft's cover, talk about sending.
const INTERNAL: &str = concat!(
    r"社内|(?:事務局|チーム|部|課|局|所|組織|内部|関係者) ?(?:内|限り?) ?(?:連絡|共有|限|向け|用|メモ|のみ|情報|\)|】|\])|内部(?:用|限|向|メモ|連絡|資料|情報)|",
    r"(?:回答|返信|返答|送信|メール)の?(?:案|文案|ドラフト|下書き)(?:です|を|が|の|と|、|。|$|で)|文案|案文|たたき台|下書き|ドラフト|案を(?:作|つく|送|お送)|",
    r"(?:下記|以下|この|上記|次|これ|左記)(?:の)?(?:内容|文面|文章|文|とおり|通り|形|案)?(?:で|にて|に)?、?(?:ご?送信|送付|送って|送ります|ご?回答(?:を|で)?(?:お願い|して(?:よろしい|いい|良い|下さい|ください|も)|と(?:して|したい))|ご?返信(?:を|で)?(?:お願い|して(?:よろしい|いい|良い|下さい|ください|も)))|",
    r"お疲れ(?:様|さま)|おつかれ(?:様|さま)|ご苦労(?:様|さま)|",
    r"^[ (\[【※*]*(?:メモ|めも|備考メモ)(?:[ :、)\]】]|$)|todo|fixme|[(\[【](?:要確認|要検討|確認中|未確認|仮|要修正|あとで|後で)|(?:要確認|要検討|要修正)[)\]】。]?$|",
    r"クレーマー|(?:要注意|注意)人物|(?:この|あの)(?:人|方|照会者|相手)(?:は|には|に|の|、)|面倒な(?:人|方|相手)|",
    r"先方(?:は|に|へ|から|が|も|の).{0,20}(?:電話|不在|急ぎ|連絡|メール|待|話|聞い|了解)|照会者(?:に|へ|は|から|が)|",
    r"うちの(?:所管|担当|管轄|部署|課|仕事)|(?:誰|だれ)か.{0,20}(?:対応|回答|お願い|くだ|下さ)|どなたか.{0,12}(?:対応|回答)(?:を)?(?:お願い|し)|",
    r"(?:完了|クローズ|ホールド|ペンディング)(?:で|に|を|と)?(?:お願い|して(?:くだ|下さ|おき)|よ(?:い|ろし)|いい|良い)|(?:私|こちら)(?:から|で)(?:回答|対応|返信)(?:し|いた|致)",
);

/// Something that is still to be filled in.
const PLACEHOLDER: &str = r"[●■◆▲]{2,}(?:ページ|頁|[日月年円名人件市町村県課様をにはがのでと])|[○〇◯]{2,}(?:ページ|頁|[日月年円名人件課様をにはが])";

/// A short text as a whole: an order in prose, or talk.
const TALK: &str = concat!(
    r"^(?:スパム|迷惑メール|重複|対応不要|回答不要|返信不要|処理不要|対応なし|放置|無視)(?:メール)?(?:です|で(?:いい|結構|お願い)?|と思います)?.{0,12}$|",
    r"(?:統合|保留|転送|引用|検索|差し?戻し?|取り?消し?|クローズ|ホールド|再送|分類|全文|原本|添付(?:ファイル)?|月報|月次報告|一覧|faq|定型(?:文)?|過去事例|過去の(?:例|回答))(?:候補)?(?:を|で|に|の件|として|化|が)?.{0,8}(?:お?願い|して(?:くだ|下)さい|(?:くだ|下)さい|したい|見せて|送って|見たい|ほしい|欲しい)|",
    r"^(?:ホールド|保留|メモ|めも|統合|転送|検索)[ :、].{0,40}$|",
    r"(?:氏名|お?名前|連絡先|電話番号|所属|団体名?|アドレス|宛先|件名|分類|締切|期限)(?:を|は).{1,40}(?:に|へ)(?:訂正|変更|修正|直し|直す)|",
    r"^(?:了解|承知|わかり|分かり|かしこまり|はい).{0,8}[、,].{0,14}(?:回答|対応|返信|連絡|確認)(?:し|いたし|致し)?ます[。.]?$|",
    r"(?:に|へ)(?:聞いて|きいて|問い合わせてみ|確認してみ)(?:くだ|下さ|み|もら|おい)|(?:所管|管轄|担当)では?(?:ない|ありません)(?:です)?(?:ね|よ|よね)|(?:で|から)(?:調べて|探して)おいて|不在(?:でした|だった)|折り?返し待ち",
);

/// What an applicant must not learn before the results.
const SELECTION: &str =
    r"採択|採否|不採用|点数|減点|加点|評点|採点|得点|審査員|審査委員|見送|候補|補欠|順位|落選|当落|次点|選外";

const TELEPHONE: &str = r"(?:tel|fax|電話|携帯|mobile|直通|内線|〒|℡)|0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4}";

pub(super) static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    Some(Patterns {
        number: Regex::new(r"[a-z]{2,6}-[0-9]{4}-[0-9]{4,}").ok()?,
        behind_name: Regex::new(BEHIND_NAME).ok()?,
        introduces: Regex::new(INTRODUCES).ok()?,
        introduction: Regex::new(INTRODUCTION).ok()?,
        things: Regex::new(THINGS).ok()?,
        addressed: Regex::new(&format!(r"(?P<name>[^、,:・()]*?) ?{TITLE}(?:[、,]|(?:へ|宛て?)?[:]?$)"))
            .ok()?,
        opening: Regex::new(&format!(r"^(?P<name>[^、。,:・()]{{1,20}}?) ?{TITLE}[、, ]")).ok()?,
        anybody: Regex::new(ANYBODY).ok()?,
        internal: Regex::new(INTERNAL).ok()?,
        placeholder: Regex::new(PLACEHOLDER).ok()?,
        talk: Regex::new(TALK).ok()?,
        selection: Regex::new(SELECTION).ok()?,
        telephone: Regex::new(TELEPHONE).ok()?,
    })
});

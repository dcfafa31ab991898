//! The patterns, over folded text (half-width, lower case). Each reads a class of personal data that people write into
//! inquiries about patients and colleagues.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{
    MarkKind::{self, *},
    names::{is_common, is_generic_facility},
    surnames::{NO_PERSON, SURNAMES},
};
use crate::desk::form::is_place;

pub(super) struct Row {
    pub(super) kind: MarkKind,
    pub(super) pattern: Regex,
    /// A family name without a title.
    is_surname: bool,
}

impl Row {
    /// Whether a match begins with a particle, so that the name in it begins later.
    pub(super) fn begins_early(&self, captures: &Captures<'_>) -> bool {
        self.kind == Facility && captures.name("name").is_some_and(|name| !is_name(name.as_str()))
    }

    /// Whether a match is no common word: 患者様 and 在宅療養支援診療所 name nobody.
    pub(super) fn accepts(&self, text: &str, captures: &Captures<'_>) -> bool {
        let name = captures.name("name").map_or("", |name| name.as_str());
        let whole = captures.get(0).map(|whole| whole.range()).unwrap_or_default();
        let behind = text.get(whole.end..).unwrap_or_default();
        if self.is_surname {
            // 日本田園 has no 本田 in it.
            let before = text.get(..whole.start).and_then(|before| before.chars().next_back());
            return !before.is_some_and(is_kanji) && !NO_PERSON.iter().any(|word| behind.starts_with(word));
        }
        // 様式, 様子, 様態 are no titles.
        let is_title = !(captures[0].ends_with('様') && behind.starts_with(['式', '子', '態', '相', '々']));
        match self.kind {
            Name => is_title && !name.ends_with(PARTICLES) && !is_common(name),
            Facility => is_name(name) && !is_generic_facility(name),
            Street => {
                !name.starts_with(PARTICLES)
                    && !is_heading(name)
                    && (name.is_empty() || !is_generic_facility(name))
            }
            // 65歳以上 and 要介護3以上 are anybody.
            Age | CareLevel => !["以上", "未満", "以下"].iter().any(|word| behind.starts_with(word)),
            // 松本圏域, because there is 松本市. 過疎地域 is everywhere.
            Municipality if !name.is_empty() => {
                ["市", "町", "村", "区", "県", "郡"].iter().any(|kind| is_place(&format!("{name}{kind}")))
            }
            Telephone if captures.name("part").is_none() => {
                (9..=13).contains(&captures[0].chars().filter(char::is_ascii_digit).count())
            }
            _ => true,
        }
    }
}

/// Particles end no name, and begin none.
const PARTICLES: [char; 10] = ['の', 'は', 'が', 'を', 'に', 'と', 'も', 'や', 'で', 'へ'];

fn is_kanji(c: char) -> bool {
    matches!(c, '一'..='鿿' | '々' | '\u{f900}'..='\u{faff}')
}

/// Whether letters can be the name of a facility. やすらぎ is one; や老人ホーム and とともに are none.
fn is_name(name: &str) -> bool {
    /// Beginnings of words that stand behind nouns.
    const WORDS: [&str; 20] = [
        "とと",
        "および",
        "また",
        "など",
        "であ",
        "にお",
        "につ",
        "によ",
        "とし",
        "から",
        "まで",
        "にて",
        "とい",
        "では",
        "には",
        "とは",
        "のみ",
        "ごと",
        "なら",
        "への",
    ];
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|c| PARTICLES.contains(&c));
    let is_word = letters.next().is_some_and(|c| matches!(c, 'ぁ'..='ゖ'));
    (!begins || is_word) && !WORDS.iter().any(|word| name.starts_with(word))
}

/// Words in front of numbers that are no streets: 別紙2-1, 問3-2.
fn is_heading(name: &str) -> bool {
    const WORDS: [&str; 20] = [
        "別紙", "様式", "別添", "別表", "参考", "資料", "第", "図", "表", "問", "条", "項", "章", "節", "注",
        "年度", "令和", "平成", "番号", "頁",
    ];
    WORDS.iter().any(|word| name.ends_with(word))
}

/// What patterns share. `{k}` is a kanji, `{name}` the name of a person, `{title}` what stands behind one.
const PARTS: [(&str, &str); 7] = [
    ("{facility}", r"(?P<name>[{k}ァ-ヺーぁ-ゖa-z0-9・&]{1,14}?)"),
    ("{name}", r"(?P<name>[{k}]{1,4}(?: (?:[{k}]{1,3}|[ァ-ヺー]{2,6}|[ぁ-ゖ]{2,4}))?|[ァ-ヺー]{2,8})"),
    (
        "{title}",
        r"(?:看護|訪問|主任|主席|統括|担当|診療|事務|名誉|専門|常務|専務|総|副|准|認定){0,2}(?:医師|院長|主査|主任|主事|主幹|参与|参事|顧問|理事長?|監事|議長|幹事|班長|係長|課長(?:補佐)?|次長|局長|部長|室長(?:補佐)?|所長|館長|園長|校長|施設長|会長|委員長?|事務長|センター長|管理者|技師|技監|師長|保健師長?|看護師長?|助産師|薬剤師|(?:管理)?栄養士|理学療法士|作業療法士|言語聴覚士|歯科医師|歯科衛生士|(?:主任)?介護支援専門員|社会福祉士|介護福祉士|精神保健福祉士|ケアマネジャー|ケアマネージャー|ケアマネ|相談員|支援員|推進員|コーディネーター|ヘルパー|ワーカー|民生委員|児童委員|教授|講師|議員|[市町村県]議|[副]?知事|市長|町長|村長|区長|代表|補佐|博士|ドクター|ナース|dr\.?|msw|psw|sw|pt|ot|st|cm)",
    ),
    ("{sep}", r"[-ー/.・() –]{0,3}"),
    ("{digit}", r"[〇零一二三四五六七八九]"),
    ("{kanji}", r"[元一二三四五六七八九十]"),
    // Kanji, with those that compatibility blocks have: 﨑.
    ("{k}", "一-鿿々ヶ\u{f900}-\u{faff}"),
];

const ROWS: &[(MarkKind, &str)] = &[
    (
        MailAddress,
        r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+ ?(?:@|\(at\)|\[at\]|<at>|★|☆|●|◎|■|アットマーク| at ) ?[a-z0-9-]+(?:\.[a-z0-9-]+)+",
    ),
    (Link, r"(?:https?://|www\.)[a-z0-9._~:/?#@!$&'()*+,;=%-]+"),
    (Link, r"(?-u:\b)(?:[a-z0-9-]+\.)+(?:jp|com|net|org|info|biz)(?:/[a-z0-9._~:/?#@!$&'()*+,;=%-]*)?"),
    (Telephone, r"(?:(?-u:\b)0|\(0)[0-9]{1,4}{sep}[0-9]{1,4}{sep}[0-9]{1,4}{sep}[0-9]{0,4}(?-u:\b)"),
    (Telephone, r"\+ ?81[- ]?(?:\(0\))?[- ]?[0-9]{1,4}{sep}[0-9]{1,4}{sep}[0-9]{3,4}(?-u:\b)"),
    (
        Telephone,
        r"(?:tel|電話|fax|ファクス|ファックス|携帯|直通|連絡先)(?:番号)?[ :は.]*(?P<part>[0-9]{2,4}[-ー(][0-9]{2,4}[-ー)]?[0-9]{0,4})",
    ),
    (Telephone, r"(?P<part>{digit}{2,5}[-ー]{digit}{1,4}[-ー]{digit}{3,4})"),
    (Extension, r"(?:内線|extension|ext\.?)\)?(?:番号)?[ :は(]*[0-9]{2,6}"),
    (Extension, r"\(内\.? ?[0-9]{2,6}"),
    (Postal, r"〒 ?[0-9]{3}[-ー ]?[0-9]{4}|(?-u:\b)[0-9]{3}[-ー][0-9]{4}(?-u:\b)"),
    (Postal, r"郵便番号[ :は]*[0-9]{3}[-ー ]?[0-9]{4}"),
    // --- numbers
    (
        Number,
        r"(?:被保険者|保険者|受給者|患者|利用者|カルテ|診察券|登録|事業所|医療機関|整理|マイナンバー|個人|手帳|会員|職員|社員|id|[{k}]{1,6}番号|[{k}]{1,6}コード)(?:証|コード)?(?:番号|no\.?|id|ナンバー)?[ :は#(第]*[a-z]{0,3}-?[0-9][0-9-]{2,}",
    ),
    (Number, r"記号[ :は]*[0-9a-z・-]{1,12}[ 、・]*番号[ :は]*[0-9-]+"),
    // Ticket numbers.
    (Number, r"(?-u:\b)[a-z]{2,6}-[0-9]{4}-[0-9]{4,}(?-u:\b)"),
    (Number, r"[0-9]{6,}"),
    (Number, r"(?-u:\b)[0-9]{4}[- ][0-9]{4}[- ][0-9]{4}(?-u:\b)"),
    // --- age and birth
    (
        Age,
        r"(?:満|数え|年齢[ :は]*|享年)? ?[0-9]{1,3} ?(?:歳|才)(?:代)?(?:前半|後半|半ば)?(?:[0-9]{1,2}(?:か|ヶ|ケ|カ|ヵ)月)?(?:の?(?:男性|女性|男児|女児|男|女))?",
    ),
    (
        Age,
        r"(?:男性|女性|男|女|様|さん|氏|君|ちゃん|母|父|妻|夫|本人|患者|利用者)[、,・( ]+(?P<part>[0-9]{1,3})(?:\)|、|,)",
    ),
    (Age, r"(?:年齢|享年|行年|当時|満)[ :は]*[0-9]{1,3}"),
    (Age, r"(?P<part>[0-9]{1,3}サイ)(?:の|です|で|、|。|\)|$)"),
    (Age, r"[〇一二三四五六七八九十百]{1,5}(?:歳|才)(?:代)?"),
    (
        Age,
        r"(?:[0-9]{2}|[一二三四五六七八九]十)(?:歳|才)?代(?:前半|後半|半ば)?(?:の|[、,・ ])?(?:男性|女性|方|患者|利用者|独居|夫婦|母|父)",
    ),
    (Age, r"生後 ?[0-9]{1,3} ?(?:日|週|(?:か|ヶ|ケ|カ|ヵ|箇)月)"),
    (Age, r"[0-9]{1,2}(?:か|ヶ|ケ|カ|ヵ|箇)月(?:児|の(?:児|男児|女児|乳児|子))"),
    (
        BirthDate,
        r"(?:明治|大正|昭和|(?-u:\b)[mts]\.? ?)(?: ?[0-9]{1,2}|元) ?(?:年|[./・-])(?: ?[0-9]{1,2} ?(?:月|[./・-])(?: ?[0-9]{1,2} ?日?)?)?(?: ?生(?:まれ)?)?",
    ),
    (BirthDate, r"[明大昭][0-9]{1,2}[./・-][0-9]{1,2}[./・-][0-9]{1,2}"),
    (BirthDate, r"(?:明治|大正|昭和){kanji}{1,4}年(?:{kanji}{1,3}月(?:{kanji}{1,3}日)?)?(?: ?生(?:まれ)?)?"),
    (
        BirthDate,
        r"(?:(?:平成|令和|(?-u:\b)[hr]\.? ?)(?: ?[0-9]{1,2}|元)|(?:18|19|20)[0-9]{2}) ?(?:年|[./・-])(?: ?[0-9]{1,2} ?(?:月|[./・-]))?(?: ?[0-9]{1,2} ?日?)?[ (]*生(?:まれ)?",
    ),
    (
        BirthDate,
        r"(?:生年月日|誕生日|生まれ)[ :は]*(?:[0-9]{2,4}|(?:明治|大正|昭和|平成|令和|[mtshr明大昭平令])\.? ?(?:[0-9]{1,2}|元))(?:年|[./・-]) ?[0-9]{1,2}(?:月|[./・-]) ?[0-9]{1,2}日?",
    ),
    (BirthDate, r"(?:生年月日|誕生日)[ :は]*(?:[0-9]{1,2}月 ?[0-9]{1,2}日|[mtshr]?[0-9]{6,8})"),
    (
        BirthDate,
        r"(?-u:\b)19[0-9]{2}(?:年|[./-]) ?[0-9]{1,2}(?:月|[./-]) ?[0-9]{1,2}日?|19[0-9]{2}年(?: ?生(?:まれ)?)",
    ),
    // --- care
    (
        CareLevel,
        r"要(?:介護|支援)(?:度|状態区分|認定)?[ :は]*(?:[0-9一二三四五]|iv|i{1,3}|v)(?:[~〜-][0-9])?",
    ),
    (CareLevel, r"介護度[ :は]*[0-9]"),
    (CareLevel, r"(?P<part>介護[1-5])(?:の|で|を|に|、|。|\)|から|認定|$)"),
    (CareLevel, r"(?:身障|精神|療育|障害)(?:手帳)?[ ]?[0-9一二三四五六]級"),
    (
        CareLevel,
        r"(?:障害(?:支援)?(?:程度)?区分|自立度)[ :は]*(?:[0-9一二三四五六]|[ⅰⅱⅲⅳⅴiv]+[ab]?|[jabc][12])",
    ),
    (
        CareLevel,
        r"(?:身体障害者|精神障害者|療育|障害者)(?:保健福祉)?手帳[ のは:]*(?:[0-9一二三四五六]種?)?[ 、]*(?:[0-9一二三四五六]級|[ab]判定|[ab][12]?)",
    ),
    (CareLevel, r"(?:寝たきり度|日常生活自立度)[ :は]*[jabc]?[12]?[ⅰⅱⅲⅳm]?[ab]?"),
    // --- where somebody lives
    (
        Street,
        r"(?:[{k}ァ-ヺーぁ-ゖ]{1,8}(?:市|区|町|村|郡))?(?:大?字)?[{k}ケノ]{0,8}(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})丁目(?:の?[0-9一二三四五六七八九十]{1,4}(?:番地?|号|-|の)?){0,3}(?:[0-9]+号室?)?",
    ),
    (Street, r"(?:大?字)?[{k}ケノ]{0,8} ?[0-9]{1,5}番地?(?:の?[0-9]{1,4})?(?:号)?(?:[0-9]{1,4}号室?)?"),
    (Street, r"[{k}]{0,4}[0-9]{1,3}条[東西南北]?[0-9]{0,3}(?:丁目)"),
    (Street, r"(?P<name>[{k}ケノ]{1,8})[0-9]{1,4}-[0-9]{1,4}(?:-[0-9]{1,4}){0,2}(?:号室?)?"),
    (Street, r"大?字[{k}ケノ]{1,8}[0-9]{1,5}"),
    (Street, r"(?:住所|居所|所在地)[ :は]+(?P<part>[^\n、。0-9]{1,20}[0-9][0-9a-z-]*)"),
    (Street, r"[0-9]{2,4}号室"),
    (
        Street,
        r"(?:コーポ|メゾン|ハイツ|ハイム|パレス|レジデンス|マンション|アパート)[{k}ァ-ヺーぁ-ゖa-z]{0,8}[0-9]{1,4}",
    ),
    (
        Street,
        r"(?P<name>[{k}ァ-ヺーa-z]{1,8})(?:ハイツ|マンション|アパート|コーポ|団地|レジデンス)(?:[0-9]{1,4}(?:号室?)?)?",
    ),
    // --- names
    (
        Name,
        r"(?P<name>[{k}]{1,4}(?:[ 　・]?[{k}ぁ-ゖァ-ヺー]{1,5})??|[ァ-ヺー]{2,10}(?:[ ・][ァ-ヺー]{2,10})?|[ぁ-ゖ]{2,5}(?: [ぁ-ゖ]{2,5})?|[a-z](?:\.?[a-z])?\.?) ?(?:様|さま|殿|氏(?:[^名])??|さん|くん|クン|君|ちゃん|先生|女史)",
    ),
    (Name, r"{name} ?{title}"),
    (Name, r"{name} ?\({title}\)"),
    (Name, r"(?:dr|mr|ms|mrs)\.? ?{name}"),
    (
        Name,
        r"(?:{title}|妻|夫|長男|長女|次男|次女|母|父|窓口|氏名|担当者?)(?:の| |・|、|\(|「)(?P<part>{name})(?:です|でございま|と申|と言|といい|\)|」)",
    ),
    (
        Name,
        r"(?:{title}|主治医|担当者?|患者|利用者|氏名|お名前|名前|患者名|利用者名|本人名|代表者|記入者|連絡者|窓口|妻|夫|長男|長女|次男|次女|母|父)(?:の|は|:|\(|「|、| )[ ]*(?P<part>(?P<name>[{k}]{2,4}[ 　](?:[{k}]{1,3}|[ァ-ヺー]{2,6}|[ぁ-ゖ]{2,4})))",
    ),
    (
        Name,
        r"(?:氏名|お名前|患者名|利用者名|本人名|代表者|記入者|記載者|作成者|連絡者|申請者|届出者|相談者|依頼者|保護者|契約者|受診者|本人|家族|キーパーソン|身元引受人|担当者?|ふりがな|フリガナ)[ ]*[:は][ ]*(?P<part>(?P<name>[{k}ぁ-ゖァ-ヺー]{2,6}(?:[ 　・][{k}ぁ-ゖァ-ヺー]{1,6})?))",
    ),
    (Name, r"(?:患者|利用者)?氏名[ ](?P<part>(?P<name>[{k}ァ-ヺー]{2,4}[ ][{k}ぁ-ゖァ-ヺー]{1,4}))"),
    (
        Name,
        r"(?:[のはが課係部院所会科室、。 \n]|^)(?P<part>(?P<name>[{k}]{2,4}(?: (?:[{k}]{1,3}|[ァ-ヺー]{2,6}|[ぁ-ゖ]{2,4}))?))(?:と申しま|と申し|と言いま|といいます|でございます。)",
    ),
    (Name, r"(?:課|係|部|室|院|所|会|局|市|町|村|県)の(?P<part>(?P<name>[{k}]{2,3}))です"),
    // --- facilities
    (
        Facility,
        r"{facility}(?:病院|医院|クリニック|診療所|歯科|薬局|訪問看護ステーション|訪問看護|ステーション|老人ホーム|ホーム|デイサービス|デイケア|ケアセンター|包括支援センター|包括|医療センター|療養所|療護園|介護医療院|居宅介護支援事業所|調剤|ケアハウス|荘|苑|医師会|薬剤師会|歯科医師会)",
    ),
    (
        Facility,
        r"(?P<name>[{k}]{2,3}|[ァ-ヺー]{2,8}|[ぁ-ゖ]{2,6})(?:内科|外科|整形外科|小児科|眼科|皮膚科|耳鼻科|耳鼻咽喉科|泌尿器科|産婦人科|心療内科|精神科|胃腸科)",
    ),
    (
        Facility,
        r"(?P<name>[{k}ァ-ヺーぁ-ゖ]{2,12}) (?:介護老人保健施設|特別養護老人ホーム|老人保健施設|介護医療院|ケアハウス)",
    ),
    (Facility, r"(?P<part>(?P<name>[{k}ァ-ヺー]{2,6}|[ぁ-ゖ]{2,6})園)(?:に|で|の|、|。|へ|を|$)"),
    (
        Facility,
        r"(?P<part>(?P<name>[{k}ァ-ヺー]{2,6}|[ぁ-ゖ]{2,6})の(?:里|郷|家|杜|苑|園|丘))(?:に|で|の|、|。|へ|を|$)",
    ),
    (
        Facility,
        r"(?P<part>(?:訪問看護ステーション|特別養護老人ホーム|特養|老健|介護老人保健施設|グループホーム|デイサービス|デイサービスセンター|デイケア|有料老人ホーム|ケアプランセンター|小規模多機能|ケアハウス|サ高住|サービス付き高齢者向け住宅|居宅介護支援事業所|地域包括支援センター|介護医療院)[ 「『]*(?P<name>[{k}ァ-ヺーぁ-ゖa-z]{2,12}?))(?:[ 」』のにはがをでと、。(]|$)",
    ),
    (
        Facility,
        r"(?:医療法人|社会福祉法人|社会医療法人|一般社団法人|公益社団法人|一般財団法人|公益財団法人|特定非営利活動法人|npo法人|学校法人|宗教法人|株式会社|有限会社|合同会社|\(株\)|\(有\)|\(福\)|\(医\))(?:社団|財団)?[ ]*(?P<name>[{k}ァ-ヺーぁ-ゖa-z]{2,10})",
    ),
    (Facility, r"(?P<name>[{k}ァ-ヺーa-z]{2,12})(?:株式会社|有限会社|合同会社|\(株\)|\(有\))"),
    // --- places that are no municipality themselves
    (
        Municipality,
        r"(?P<name>[{k}]{1,5})(?:圏域|医療圏|圏|地域|地区|管内|保健所|保健福祉事務所|振興局|広域連合)",
    ),
    (Municipality, r"(?P<part>[{k}]{1,4}郡)の"),
];

pub(super) static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let row = |(kind, pattern): &(MarkKind, &str)| {
        let whole =
            PARTS.iter().fold((*pattern).to_owned(), |pattern, (name, part)| pattern.replace(name, part));
        Some(Row { kind: *kind, pattern: Regex::new(&whole).ok()?, is_surname: false })
    };
    // The longest first: 佐々木, not 佐々.
    let mut names: Vec<&str> = SURNAMES.iter().flat_map(|line| line.split_whitespace()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let surnames = Regex::new(&names.join("|")).ok();
    let surnames = surnames.map(|pattern| Row { kind: Name, pattern, is_surname: true });
    ROWS.iter().filter_map(row).chain(surnames).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(TABLE.len(), ROWS.len() + 1);
    }
}

//! Whole mails as people write them, and unusual values.

use super::{check, read};

#[test]
fn values_are_taken_as_they_are_written() {
    check(&[
        (
            "telephone and mail on two lines",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先（TEL/メールアドレス）：\nTEL：03-0000-1201\nメール：a@example.jp\n4) 照会内容（具体的に）：\n会議の例",
            ["星川市", "高橋", "TEL：03-0000-1201\nメール：a@example.jp", "会議の例"],
        ),
        (
            "telephone and mail on two lines, the second indented",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先（TEL/メールアドレス）：TEL 03-0000-1201\n　　　　　　メール a@example.jp\n4) 照会内容（具体的に）：会議の例",
            ["星川市", "高橋", "TEL 03-0000-1201\n　　　　　　メール a@example.jp", "会議の例"],
        ),
        (
            "telephone, fax and mail with blank lines",
            "1) 自治体・機関名：星川市\n\n2) 氏名：高橋\n\n3) 連絡先（TEL/メールアドレス）：\n\nTEL：03-0000-1201\n\nFAX：03-0000-1202\n\nE-mail：a@example.jp\n\n4) 照会内容（具体的に）：会議の例",
            ["星川市", "高橋", "TEL：03-0000-1201\n\nFAX：03-0000-1202\n\nE-mail：a@example.jp", "会議の例"],
        ),
        (
            "telephone and mail as bullets",
            "■自治体・機関名\n星川市\n■氏名\n高橋\n■連絡先\n・TEL：03-0000-1201\n・メール：a@example.jp\n■照会内容\n会議の例",
            ["星川市", "高橋", "・TEL：03-0000-1201\n・メール：a@example.jp", "会議の例"],
        ),
        (
            "telephone and mail with numbers of their own",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先\n　(1) TEL：03-0000-1201\n　(2) メールアドレス：a@example.jp\n4) 照会内容：会議の例",
            ["星川市", "高橋", "(1) TEL：03-0000-1201\n　(2) メールアドレス：a@example.jp", "会議の例"],
        ),
        (
            "telephone and mail as fields",
            "所属：星川市\n氏名：高橋\n電話：03-0000-1201\nメール：a@example.jp\n照会内容：会議の例",
            ["星川市", "高橋", "電話：03-0000-1201\nメール：a@example.jp", "会議の例"],
        ),
        (
            "telephone as the only contact",
            "所属：星川市\n氏名：高橋\n電話番号：03-0000-1201\n照会内容：会議の例",
            ["星川市", "高橋", "03-0000-1201", "会議の例"],
        ),
        (
            "mail as the only contact, numbered",
            "1) 所属：星川市\n2) 氏名：高橋\n3) メールアドレス：a@example.jp\n4) 照会内容：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "an organization of two lines",
            "1) 自治体・機関名：星川市\n　健康福祉部 地域包括ケア推進課\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市\n　健康福祉部 地域包括ケア推進課", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "a name with its reading and a title",
            "1) 自治体・機関名：星川市\n2) 氏名：主任 高橋 真由美（たかはし まゆみ）\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市", "主任 高橋 真由美（たかはし まゆみ）", "a@example.jp", "会議の例"],
        ),
        (
            "a name in kana after a blank",
            "自治体・機関名　にじいろクリニック\n氏名　のだ とも\n連絡先　a@example.jp\n照会内容　はじめての会議の例",
            ["にじいろクリニック", "のだ とも", "a@example.jp", "はじめての会議の例"],
        ),
        (
            "a contact in brackets inside the name",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋（連絡先：下記）\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市", "高橋（連絡先：下記）", "a@example.jp", "会議の例"],
        ),
        (
            "the person in charge named inside",
            "1) 自治体・機関名：星川市（担当：高橋）\n2) 氏名：担当：高橋\n3) 連絡先：電話：03-0000-1201、メール：a@example.jp\n4) 照会内容：照会内容は会議の例です。",
            [
                "星川市（担当：高橋）",
                "担当：高橋",
                "電話：03-0000-1201、メール：a@example.jp",
                "照会内容は会議の例です。",
            ],
        ),
        (
            "colons and hyphens inside values",
            "1) 自治体・機関名：A-B：C\n2) 氏名：X - Y\n3) 連絡先：TEL:03-0000-1201 / E-mail: a@example.jp\n4) 照会内容：9:00-17:00 の体制",
            ["A-B：C", "X - Y", "TEL:03-0000-1201 / E-mail: a@example.jp", "9:00-17:00 の体制"],
        ),
        (
            "two persons",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋、佐藤\n3) 連絡先：a@example.jp、b@example.jp\n4) 照会内容：会議の例",
            ["星川市", "高橋、佐藤", "a@example.jp、b@example.jp", "会議の例"],
        ),
        (
            "an inquiry in the middle with a list of its own",
            "1) 自治体・機関名：星川市\n2) 照会内容：次の2点です。\n1) 費用\n2) 期間\n3) 氏名：高橋\n4) 連絡先：a@example.jp",
            ["星川市", "高橋", "a@example.jp", "次の2点です。\n1) 費用\n2) 期間"],
        ),
        (
            "an inquiry in the middle, in brackets",
            "【所属】星川市\n【照会内容】\n会議の例\n・職種\n\n・機関\n【氏名】高橋\n【連絡先】a@example.jp",
            ["星川市", "高橋", "a@example.jp", "会議の例\n・職種\n\n・機関"],
        ),
        (
            "a prefecture of its own in front",
            "1) 自治体・機関名：星川市\n都道府県：青嶺県\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市\n都道府県：青嶺県", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "underscores to write on",
            "1) 自治体・機関名：＿＿星川市＿＿\n2) 氏名：__高橋__\n3) 連絡先：____a@example.jp____\n4) 照会内容：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "an address in angle brackets",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：高橋 <a@example.jp>\n4) 照会内容：会議の例",
            ["星川市", "高橋", "高橋 <a@example.jp>", "会議の例"],
        ),
        (
            "an inquiry that quotes the guide",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：\nガイドブックの次の箇所です。\n> 会議を年4回開催する\nこの根拠を教えてください。",
            [
                "星川市",
                "高橋",
                "a@example.jp",
                "ガイドブックの次の箇所です。\n> 会議を年4回開催する\nこの根拠を教えてください。",
            ],
        ),
        (
            "hints of other kinds",
            "1) 自治体・機関名（部署名まで）：星川市\n2) 氏名（ふりがな）：高橋（たかはし）\n3) 連絡先（日中つながるもの）：a@example.jp\n4) 照会内容（※できるだけ詳しく）：会議の例",
            ["星川市", "高橋（たかはし）", "a@example.jp", "会議の例"],
        ),
        (
            "hints without brackets",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先 TEL/メールアドレス：a@example.jp\n4) 照会内容 具体的に：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "hints after a stroke",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先/TEL・メール：a@example.jp\n4) 照会内容：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "required marks",
            "1) 自治体・機関名（必須）：星川市\n2) 氏名※：高橋\n3) 連絡先＊：a@example.jp\n4) 照会内容【必須】：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "arrows",
            "自治体・機関名→星川市\n氏名→高橋\n連絡先→a@example.jp\n照会内容→会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "answers after arrows below",
            "1) 自治体・機関名\n→星川市\n2) 氏名\n→高橋\n3) 連絡先\n→a@example.jp\n4) 照会内容\n→会議の例",
            ["→星川市", "→高橋", "→a@example.jp", "→会議の例"],
        ),
        (
            "leaders",
            "自治体・機関名……星川市\n氏名……高橋\n連絡先……a@example.jp\n照会内容……会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "values in corner brackets",
            "1) 自治体・機関名：「星川市」\n2) 氏名：「高橋」\n3) 連絡先：「a@example.jp」\n4) 照会内容：「会議の例」",
            ["「星川市」", "「高橋」", "「a@example.jp」", "「会議の例」"],
        ),
        (
            "the last label on one line with the greeting",
            "お世話になっております。1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "closing words after the fields, the inquiry first",
            "照会内容：会議の例を教えてください。\n\n自治体・機関名：星川市\n氏名：高橋\n連絡先：a@example.jp\n\nよろしくお願いいたします。",
            ["星川市", "高橋", "a@example.jp", "会議の例を教えてください。"],
        ),
        (
            "closing words directly after the fields, the inquiry first",
            "照会内容：会議の例を教えてください。\n自治体・機関名：星川市\n氏名：高橋\n連絡先：a@example.jp\n以上、よろしくお願いいたします。",
            ["星川市", "高橋", "a@example.jp", "会議の例を教えてください。"],
        ),
        (
            "a signature after the fields, the inquiry first",
            "照会内容：会議の例を教えてください。\n自治体・機関名：星川市\n氏名：高橋\n連絡先：a@example.jp\n-- \n星川市\n高橋\nTEL 03-0000-1201",
            ["星川市", "高橋", "a@example.jp", "会議の例を教えてください。"],
        ),
        (
            "English labels",
            "Organization: Hoshikawa City\nName: Mayumi Takahashi\nContact: a@example.jp\nInquiry: Examples of participants",
            ["Hoshikawa City", "Mayumi Takahashi", "a@example.jp", "Examples of participants"],
        ),
        (
            "a form in a reply to the desk's request",
            "お世話になっております。不足分を記入します。\n\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n\n2025年6月27日(金) 9:12 事務局 <zaitaku@tohmatu.co.jp>:\n> 1) 自治体・機関名：星川市\n> 2) 氏名：\n> 3) 連絡先（TEL/メールアドレス）：\n> 4) 照会内容（具体的に）：会議の例\n",
            ["", "高橋", "a@example.jp", ""],
        ),
        (
            "a letter with date and addressee on top",
            "令和7年7月1日\n\n事務局 御中\n\n星川市健康福祉部長\n\n在宅医療について（照会）\n\n1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "a letterhead with a telephone on top",
            "星川市役所 TEL：03-0000-9999\n電話：03-0000-8888\n\n1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "an attachment below",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例\n\n添付：会議資料.pdf",
            ["星川市", "高橋", "a@example.jp", "会議の例\n\n添付：会議資料.pdf"],
        ),
        (
            "a fifth field",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例\n5) その他：特になし",
            ["星川市", "高橋", "a@example.jp", "会議の例\n5) その他：特になし"],
        ),
        (
            "a closing block after an empty inquiry",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：\n\n星川市 健康福祉部\n高橋\nTEL 03-0000-1201\n",
            ["星川市", "高橋", "a@example.jp", ""],
        ),
        (
            "closing words after an empty inquiry",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：\n\n以上、よろしくお願いいたします。\n",
            ["星川市", "高橋", "a@example.jp", ""],
        ),
        (
            "the person in charge on a line below the organization",
            "1) 自治体・機関名：星川市\n担当：高橋\n2) 氏名：高橋 真由美\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市\n担当：高橋", "高橋 真由美", "a@example.jp", "会議の例"],
        ),
        (
            "municipality and section separate",
            "自治体名：星川市\n氏名：高橋\n所属：健康福祉部\n連絡先：a@example.jp\n照会内容：会議の例",
            ["星川市\n健康福祉部", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "municipality and section together",
            "自治体名：星川市\n所属：健康福祉部\n氏名：高橋\n連絡先：a@example.jp\n照会内容：会議の例",
            ["星川市\n所属：健康福祉部", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "five numbered fields",
            "1) 自治体名：星川市\n2) 所属：健康福祉部\n3) 氏名：高橋\n4) 連絡先：a@example.jp\n5) 照会内容：会議の例",
            ["星川市\n2) 所属：健康福祉部", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "telephone and mail as numbered fields",
            "1) 自治体名：星川市\n2) 氏名：高橋\n3) 電話番号：03-0000-1201\n4) メールアドレス：a@example.jp\n5) 照会内容：会議の例",
            ["星川市", "高橋", "電話番号：03-0000-1201\nメールアドレス：a@example.jp", "会議の例"],
        ),
        (
            "telephone and mail in a table",
            "自治体・機関名\t星川市\n氏名\t高橋\n電話番号\t03-0000-1201\nメールアドレス\ta@example.jp\n照会内容\t会議の例",
            ["星川市", "高橋", "電話番号\t03-0000-1201\nメールアドレス\ta@example.jp", "会議の例"],
        ),
        (
            "a contact with parts in a table",
            "1) 自治体・機関名\t星川市\n2) 氏名\t高橋\n3) 連絡先（TEL/メールアドレス）\tTEL：03-0000-1201\nメール：a@example.jp\n4) 照会内容（具体的に）\t会議の例\n・職種",
            ["星川市", "高橋", "TEL：03-0000-1201\nメール：a@example.jp", "会議の例\n・職種"],
        ),
        (
            "a signature with labels below a full form",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例を教えてください。\n\n所属：星川市 健康福祉部\n氏名：高橋\n電話：03-0000-1201",
            ["星川市", "高橋", "a@example.jp", "会議の例を教えてください。"],
        ),
        (
            "a heading above the form",
            "照会内容\n\n1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容（具体的に）：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "a heading in brackets above the form",
            "【お問い合わせ内容】\n■自治体・機関名：星川市\n■氏名：高橋\n■連絡先：a@example.jp\n■照会内容：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "a heading with a pointer above the form",
            "照会内容：下記のとおりです。\n\n1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容（具体的に）：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "a question about the content",
            "1) 自治体・機関名：星川市\n内容：拠点について\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            ["星川市\n内容：拠点について", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "values without separators in a list",
            "自治体・機関名=星川市\n氏名=高橋\n連絡先=a@example.jp\n照会内容=会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "numbers with blanks inside the brackets",
            "( 1 ) 自治体・機関名：星川市\n( 2 ) 氏名：高橋\n( 3 ) 連絡先：a@example.jp\n( 4 ) 照会内容：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "No. in front",
            "No.1 自治体・機関名：星川市\nNo.2 氏名：高橋\nNo.3 連絡先：a@example.jp\nNo.4 照会内容：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "a bullet and a number",
            "・1) 自治体・機関名：星川市\n・2) 氏名：高橋\n・3) 連絡先：a@example.jp\n・4) 照会内容：会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "numbers and bullets of HTML lists",
            "1. 自治体・機関名: 星川市\n2. 氏名: 高橋\n3. 連絡先: a@example.jp\n4. 照会内容:\n- 会議の例\n- 費用",
            ["星川市", "高橋", "a@example.jp", "- 会議の例\n- 費用"],
        ),
        (
            "a wide table in one row each",
            "1) 自治体・機関名\t星川市\t2) 氏名\t高橋\n3) 連絡先\ta@example.jp\t4) 照会内容\t会議の例",
            ["星川市", "高橋", "a@example.jp", "会議の例"],
        ),
        (
            "labels in English capitals",
            "ORGANIZATION: Hoshikawa\nNAME: Taro\nCONTACT: a@example.jp\nINQUIRY: Example",
            ["Hoshikawa", "Taro", "a@example.jp", "Example"],
        ),
    ]);
}

#[test]
fn everything_unusual_is_a_finding() {
    let cases = [
        (
            "nothing odd",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            vec![],
        ),
        (
            "a placeholder",
            "1) 自治体・機関名：○○市\n2) 氏名：なし\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            vec!["placeholder", "placeholder"],
        ),
        (
            "another order",
            "2) 氏名：高橋\n1) 自治体・機関名：星川市\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            vec!["out_of_order"],
        ),
        (
            "a field twice",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n1) 所属：健康福祉部\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            vec!["duplicate_field", "out_of_order"],
        ),
        (
            "quoted",
            "> 1) 自治体・機関名：星川市\n> 2) 氏名：高橋\n> 3) 連絡先：a@example.jp\n> 4) 照会内容：会議の例",
            vec!["quoted_form"],
        ),
        (
            "forwarded",
            "転送します。\n-----Original Message-----\nFrom: 診療所\n\n1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例",
            vec!["forwarded_form"],
        ),
        (
            "two forms",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：a@example.jp\n4) 照会内容：会議の例\n\n1) 自治体・機関名：北町\n2) 氏名：佐藤\n3) 連絡先：b@example.jp\n4) 照会内容：費用の例",
            vec!["other_form"],
        ),
        ("free text", "会議の例を教えてください。", vec!["free_text"]),
        (
            "an unusable contact",
            "1) 自治体・機関名：星川市\n2) 氏名：高橋\n3) 連絡先：平日のみ\n4) 照会内容：会議の例",
            vec!["contact_unusable"],
        ),
    ];
    for (name, text, expected) in cases {
        let codes: Vec<&str> = read(text).findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, expected, "{name}");
    }
}

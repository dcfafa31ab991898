//! All combinations of numbering, spelling of the labels and separator, with several sets of values.

use super::{fields, read};

pub(super) const NUMBERINGS: [[&str; 4]; 30] = [
    ["1) ", "2) ", "3) ", "4) "],
    ["1)", "2)", "3)", "4)"],
    ["１）", "２）", "３）", "４）"],
    ["１） ", "２） ", "３） ", "４） "],
    ["(1) ", "(2) ", "(3) ", "(4) "],
    ["（１）", "（２）", "（３）", "（４）"],
    ["（1）", "（2）", "（3）", "（4）"],
    ["①", "②", "③", "④"],
    ["① ", "② ", "③ ", "④ "],
    ["1. ", "2. ", "3. ", "4. "],
    ["1.", "2.", "3.", "4."],
    ["１．", "２．", "３．", "４．"],
    ["1、", "2、", "3、", "4、"],
    ["１、", "２、", "３、", "４、"],
    ["⑴", "⑵", "⑶", "⑷"],
    ["1 ", "2 ", "3 ", "4 "],
    ["１　", "２　", "３　", "４　"],
    ["一、", "二、", "三、", "四、"],
    ["Ⅰ ", "Ⅱ ", "Ⅲ ", "Ⅳ "],
    ["1:", "2:", "3:", "4:"],
    ["[1] ", "[2] ", "[3] ", "[4] "],
    ["・", "・", "・", "・"],
    ["･", "･", "･", "･"],
    ["- ", "- ", "- ", "- "],
    ["* ", "* ", "* ", "* "],
    ["■", "■", "■", "■"],
    ["● ", "● ", "● ", "● "],
    ["◇　", "◇　", "◇　", "◇　"],
    ["　", "　", "　", "　"],
    ["", "", "", ""],
];

pub(super) const LABELS: [[&str; 4]; 9] = [
    ["自治体・機関名", "氏名", "連絡先（TEL/メールアドレス）", "照会内容（具体的に）"],
    ["自治体・機関名", "氏名", "連絡先(TEL/メールアドレス)", "照会内容(具体的に)"],
    ["自治体･機関名", "氏 名", "連絡先（ＴＥＬ／ﾒｰﾙｱﾄﾞﾚｽ）", "照会内容"],
    ["自治体名・機関名", "氏　　名", "連 絡 先", "照会内容　（具体的に）"],
    ["自治体名", "お名前", "ご連絡先", "お問い合わせ内容"],
    ["機関名", "担当者名", "連絡先", "ご照会内容"],
    ["所属", "ご氏名", "電話番号", "お問合せ内容"],
    ["所　属", "名前", "メールアドレス", "質問内容"],
    [
        "自治体／機関名",
        "担当者氏名",
        "連絡先（電話番号・メールアドレス）",
        "照会内容（できるだけ具体的にご記入ください）",
    ],
];

pub(super) const SEPARATORS: [&str; 17] = [
    "：",
    ":",
    " : ",
    "： ",
    "　：　",
    " - ",
    "\n",
    "\n\n",
    "：\n",
    "：\n　",
    ":\n\n",
    "\t",
    "　",
    " ",
    "｜",
    " = ",
    "】",
];

const VALUES: [[&str; 4]; 3] = [
    [
        "星川市 健康福祉部 地域包括ケア推進課",
        "高橋 真由美",
        "03-0000-1201（内線 2315）／m.takahashi@city.hoshikawa.example.jp",
        "会議の参加者の例を教えてください。\n(1) 職種\n(2) 機関\nよろしくお願いいたします。",
    ],
    ["A県", "山田", "a@example.jp", "会議の例"],
    [
        "医療法人社団3丁目会 2号館クリニック",
        "John Smith（ジョン）",
        "080-0000-0000／taro@example.jp",
        "1. 費用について\n2. 期間について\n\n以上、連絡先が分からない場合の対応もお願いします。",
    ],
];

/// A field with `{index}` as its value.
pub(super) fn field(numbers: [&str; 4], labels: [&str; 4], separator: &str, index: usize) -> String {
    let open = if separator == "】" { "【" } else { "" };
    format!("{}{open}{}{separator}{{{index}}}", numbers[index], labels[index])
}

#[test]
fn every_numbering_goes_with_every_label_and_separator() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for numbers in NUMBERINGS {
        for labels in LABELS {
            for separator in SEPARATORS {
                let values = VALUES[count % VALUES.len()];
                let layout: String =
                    (0..4).map(|index| field(numbers, labels, separator, index) + "\n").collect();
                let text =
                    (0..4).fold(layout, |text, index| text.replace(&format!("{{{index}}}"), values[index]));
                let form = read(&text);
                if form.fields != fields(values) {
                    wrong.push(format!("{text}\n  {:?}", form.fields));
                }
                count += 1;
            }
        }
    }
    let shown = wrong.iter().step_by((wrong.len() / 12).max(1)).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(wrong.is_empty(), "{} of {count} wrong, among them:\n{shown}", wrong.len());
}

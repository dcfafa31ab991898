//! Files of a mail go with one text, or with none.

use super::*;

fn with_files(text: &str) -> StaffMail {
    read(&Input { files: true, ..input("Re: 一覧", text) }, &keys())
}

#[test]
fn files_for_several_texts_go_with_none_of_them() {
    for (one, two) in [
        ("一つ目", "二つ目"),
        ("一つ目", "質問 対象は何年度でしょうか。"),
        ("質問 対象は何年度でしょうか。", "転送 厚労省"),
        ("一つ目", "議事録 1 出席12名"),
    ] {
        let mail = with_files(&digest(one, two));
        assert_eq!((mail.answers.len(), mail.orders.len()), (0, 0), "{one}, {two}");
        assert_eq!(mail.problems, [Problem::FilesForSeveral], "{one}, {two}");
    }
}

#[test]
fn files_go_with_the_one_text_beside_orders_that_take_none() {
    for (one, two, answers, orders) in [
        ("一つ目", "", 1, 0),
        ("一つ目", "完了 お電話で回答済み", 1, 1),
        ("質問 対象は何年度でしょうか。", "メモ 確認中", 0, 2),
        ("メモ 確認中", "担当 伊藤", 0, 2),
    ] {
        let mail = with_files(&digest(one, two));
        assert_eq!((mail.answers.len(), mail.orders.len()), (answers, orders), "{one}, {two}");
        assert_eq!(mail.problems, [], "{one}, {two}");
    }
}

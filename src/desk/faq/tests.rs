use super::*;

fn texts() -> Texts {
    Texts::new(
        "松本市の佐々木 次郎様（82歳）について、会議の例は。",
        "あおぞらクリニックの例がございます。",
        "会議",
        &["花里県福祉課".to_owned()],
    )
}

fn these(numbers: &[u32]) -> Which {
    Which::These(numbers.to_vec())
}

fn words(texts: &Texts) -> Vec<(u32, &str)> {
    texts.marks().map(|(_, mark)| (mark.nth, mark.words.as_str())).collect()
}

#[test]
fn a_mark_keeps_its_number_until_a_person_has_resolved_it() {
    let mut entry = texts();
    assert_eq!(words(&entry), [(1, "松本市"), (2, "佐々木 次郎様"), (3, "82歳"), (4, "あおぞらクリニック")]);
    assert_eq!(entry.resolve(&these(&[3]), &Resolution::Erase, &[]), Ok(vec![3]));
    assert_eq!(entry.resolve(&these(&[1]), &Resolution::Generalize("ある市".into()), &[]), Ok(vec![1]));
    assert_eq!(entry.resolve(&these(&[4]), &Resolution::Keep("公表資料の名称".into()), &[]), Ok(vec![4]));
    assert_eq!(entry.open(), [2]);
    assert_eq!(entry.is_ready(), Err(Unreleased::Open(vec![2])));
    assert_eq!(entry.resolve(&Which::Open, &Resolution::Erase, &[]), Ok(vec![2]));
    assert_eq!(entry.question.text(), "ある市の〔削除済〕（〔削除済〕）について、会議の例は。");
    assert_eq!(entry.answer.text(), "あおぞらクリニックの例がございます。");
    assert_eq!(entry.is_ready(), Ok(()));
}

#[test]
fn what_cannot_be_resolved_changes_nothing() {
    for (which, how, expected) in [
        (these(&[9]), Resolution::Erase, Unresolved::NoMark(9)),
        (these(&[1, 9]), Resolution::Erase, Unresolved::NoMark(9)),
        (these(&[1, 1]), Resolution::Erase, Unresolved::NoMark(1)),
        (these(&[1]), Resolution::Keep(" ".into()), Unresolved::NoReason),
        (these(&[1]), Resolution::Generalize(String::new()), Unresolved::NoText),
        (these(&[]), Resolution::Erase, Unresolved::NothingOpen),
    ] {
        let mut entry = texts();
        assert_eq!(entry.resolve(&which, &how, &[]), Err(expected));
        assert_eq!(entry, texts());
    }
}

#[test]
fn new_words_are_marked_again_and_take_new_numbers() {
    let mut entry = texts();
    assert_eq!(entry.resolve(&these(&[1]), &Resolution::Generalize("上田市".into()), &[]), Ok(vec![1]));
    assert_eq!(words(&entry).first(), Some(&(5, "上田市")));
    assert_eq!(entry.resolve(&these(&[5]), &Resolution::Keep("公表済み".into()), &[]), Ok(vec![5]));
    // The reason stays with the same words.
    entry.write(Part::Question, "上田市と佐久市の例は。", &[]);
    let marks: Vec<_> = entry.question.marks().map(|mark| (mark.nth, mark.kept.as_deref())).collect();
    assert_eq!(marks, [(6, Some("公表済み")), (7, None)]);
    entry.write(Part::Topic, "花里県福祉課の会議", &["花里県福祉課".to_owned()]);
    assert!(entry.topic.open().any(|mark| mark.words == "花里県福祉課"));
}

#[test]
fn a_version_is_what_the_releaser_sees() {
    let (entry, mut other) = (texts(), texts());
    let version = entry.version();
    assert_eq!(entry.is_seen(Some(&version)), Ok(()));
    assert_eq!(entry.is_seen(Some(&entry.hash())), Ok(()));
    for seen in [None, Some(""), version.get(..8)] {
        assert_eq!(entry.is_seen(seen), Err(Unreleased::Changed));
    }
    for change in [Part::Question, Part::Answer, Part::Place, Part::Topic] {
        let mut changed = entry.clone();
        changed.write(change, "別の文", &[]);
        assert_eq!(changed.is_seen(Some(&version)), Err(Unreleased::Changed), "{change}");
    }
    other.resolve(&Which::Open, &Resolution::Keep("公表済み".into()), &[]).unwrap();
    assert_eq!(other.is_seen(Some(&version)), Err(Unreleased::Changed), "a reason is seen, too");
    other.write(Part::Answer, " ", &[]);
    assert_eq!(other.is_ready(), Err(Unreleased::Empty));
}

#[test]
fn texts_read_back_as_they_were() {
    let entry = texts();
    let json = serde_json::to_string(&entry).unwrap();
    assert_eq!(serde_json::from_str::<Texts>(&json).unwrap(), entry);
}

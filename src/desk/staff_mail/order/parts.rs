//! The parts that the patterns of orders share: politeness, particles, names.

/// The parts that patterns share. `{please}` and the like in a pattern stand for them.
const PARTS: [(&str, &str); 10] = [
    // する after a noun: します, いたします, しました, してください, させていただきます, したいです, しておいてください, する.
    (
        "{do}",
        r"\s*(?:を|は)?\s*(?:(?:いた|致)?し(?:ます|ました|て(?:おいて)?(?:くだ|下)さい|て(?:(?:いただけ|頂け|もらえ)ます(?:か|でしょうか)|(?:いただき|頂き)たい(?:です|と思います))|たい(?:です|と思います))|(?:させて|して)(?:いただきます|頂きます)|する|して)",
    ),
    // お願いします after a noun, with its particle.
    (
        "{please}",
        r"\s*(?:を|で|にて|に|の方向で|ということで)?\s*(?:よろしく|宜しく|何卒)?(?:お|御)?(?:願い|ねがい)(?:ます|したい(?:です|と思います)?|(?:いた|致)?します|申し上げます|できますか|できますでしょうか|致したく)?",
    ),
    ("{is}", r"\s*(?:です|でございます|で|だ)"),
    (
        "{make}",
        r"\s*(?:に|と)\s*(?:(?:いた|致)?し(?:ます|ました|て(?:くだ|下)さい|たい(?:です|と思います))|させて(?:いただきます|頂きます)|なりました)",
    ),
    // What the order is about: 本件は, 先ほどの回答の送信を, この内容で. 本 alone begins a name: 本省, 本田.
    (
        "{it}",
        r"(?:(?:はい|やはり|やっぱり|すみませんが|大至急|至急|急ぎで?|お手数ですが)[、,]?)?(?:(?:先ほど|先程|さきほど|さっき|今回|今|この|その|上記|下記|当該|こちら)の?)?(?:本?(?:回答|返信|返答|メール|送信|発送|送付|件|照会|照会票|内容|案|文面|対応|処理))?(?:案)?(?:の(?:送信|発送|送付|件))?(?:は|を|の|で|につき|について|、)?\s*",
    ),
    // A name as colleagues write it: 伊藤, 伊藤 健一, いとう, ito, ito@example.jp. Kana alone has no particles in it.
    (
        "{name}",
        r"(?P<name>[a-z0-9._%+-]+@[a-z0-9.-]+|[a-z]+(?: [a-z]+)?|[一-鿿々ヶ]{1,5}(?: ?[一-鿿々ヶ]{1,4}| ?[ァ-ヶー]{2,8}| [ぁ-ゖ]{1,6})?|[ァ-ヶー]{2,10}|[ぁ-ゖ]{2,4})",
    ),
    ("{san}", r"(?:さん|様|氏|くん|君)"),
    ("{me}", r"(?:私|わたし|わたくし|自分|当方|小職)"),
    // Politeness of an English order.
    ("{pre}", r"(?:(?:please|pls|kindly)[, ]+)?"),
    (
        "{post}",
        r"(?:[, ]+(?:it|this|that|the answer|the reply|the mail|the draft|this answer|this one))?(?:[, ]+(?:please|pls|thanks|thank you))?",
    ),
];

/// A pattern with its shared parts.
pub(super) fn expanded(pattern: &str) -> String {
    PARTS.iter().fold(pattern.to_owned(), |pattern, (name, part)| pattern.replace(name, part))
}

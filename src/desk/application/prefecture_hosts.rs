//! The 47 prefectures, and the hosts that their officers write from: `pref.shimane.lg.jp`, `mbox.pref.osaka.lg.jp`,
//! `metro.tokyo.lg.jp`.

/// Names, and the labels behind `pref` (Tokyo: `metro`) in host names.
const PREFECTURES: [(&str, &str); 47] = [
    ("北海道", "hokkaido"),
    ("青森県", "aomori"),
    ("岩手県", "iwate"),
    ("宮城県", "miyagi"),
    ("秋田県", "akita"),
    ("山形県", "yamagata"),
    ("福島県", "fukushima"),
    ("茨城県", "ibaraki"),
    ("栃木県", "tochigi"),
    ("群馬県", "gunma"),
    ("埼玉県", "saitama"),
    ("千葉県", "chiba"),
    ("東京都", "tokyo"),
    ("神奈川県", "kanagawa"),
    ("新潟県", "niigata"),
    ("富山県", "toyama"),
    ("石川県", "ishikawa"),
    ("福井県", "fukui"),
    ("山梨県", "yamanashi"),
    ("長野県", "nagano"),
    ("岐阜県", "gifu"),
    ("静岡県", "shizuoka"),
    ("愛知県", "aichi"),
    ("三重県", "mie"),
    ("滋賀県", "shiga"),
    ("京都府", "kyoto"),
    ("大阪府", "osaka"),
    ("兵庫県", "hyogo"),
    ("奈良県", "nara"),
    ("和歌山県", "wakayama"),
    ("鳥取県", "tottori"),
    ("島根県", "shimane"),
    ("岡山県", "okayama"),
    ("広島県", "hiroshima"),
    ("山口県", "yamaguchi"),
    ("徳島県", "tokushima"),
    ("香川県", "kagawa"),
    ("愛媛県", "ehime"),
    ("高知県", "kochi"),
    ("福岡県", "fukuoka"),
    ("佐賀県", "saga"),
    ("長崎県", "nagasaki"),
    ("熊本県", "kumamoto"),
    ("大分県", "oita"),
    ("宮崎県", "miyazaki"),
    ("鹿児島県", "kagoshima"),
    ("沖縄県", "okinawa"),
];

/// A prefecture as people write it, without blanks, and whether they wrote it in full: 島根 is 島根県.
#[must_use]
pub fn prefecture(written: &str) -> Option<(&'static str, bool)> {
    PREFECTURES.iter().find_map(|(name, _)| {
        let short = name.strip_suffix(['都', '府', '県']).unwrap_or(name);
        (written == *name || written == short).then_some((*name, written == *name))
    })
}

/// The prefecture that a text begins with.
#[must_use]
pub fn prefecture_in_front(text: &str) -> Option<&'static str> {
    PREFECTURES.iter().map(|(name, _)| *name).find(|name| text.starts_with(name))
}

/// The prefecture whose officers write from a host. A hint: anybody can call a host of their own `pref.shimane.…`.
#[must_use]
pub fn prefecture_of_host(host: &str) -> Option<&'static str> {
    let host = host.to_ascii_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    labels.windows(2).find_map(|pair| {
        let (kind, label) = (*pair.first()?, *pair.last()?);
        PREFECTURES
            .iter()
            .find(|(name, romaji)| {
                *romaji == label && kind == if *name == "東京都" { "metro" } else { "pref" }
            })
            .map(|(name, _)| *name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_tells_the_prefecture() {
        for (host, expected) in [
            ("pref.shimane.lg.jp", Some("島根県")),
            ("mbox.pref.osaka.lg.jp", Some("大阪府")),
            ("section.metro.tokyo.jp", Some("東京都")),
            ("PREF.Hokkaido.lg.jp", Some("北海道")),
            ("pref.tokyo.example", None),
            ("city.matsue.lg.jp", None),
            ("shimane.pref.example", None),
            ("xpref.shimane.example", None),
        ] {
            assert_eq!(prefecture_of_host(host), expected, "{host}");
        }
    }

    #[test]
    fn a_prefecture_is_known_without_its_last_character() {
        for (written, expected) in [
            ("島根県", Some(("島根県", true))),
            ("島根", Some(("島根県", false))),
            ("北海道", Some(("北海道", true))),
            ("京都", Some(("京都府", false))),
            ("東京", Some(("東京都", false))),
            ("松江", None),
            ("", None),
        ] {
            assert_eq!(prefecture(written), expected, "{written}");
        }
    }
}

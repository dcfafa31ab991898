//! Writes .docx files: the 申込書 (別紙2-②) in its printed layout, with any XML in its cells, and zips of any entries.
//! Persons, places and numbers are invented.
#![allow(dead_code, clippy::expect_used, reason = "each user needs a part, and memory takes every byte")]

use std::io::{Cursor, Write};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A zip with these entries.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in entries {
        writer.start_file(*name, options).expect("a new entry");
        writer.write_all(bytes).expect("its bytes");
    }
    writer.finish().expect("a zip").into_inner()
}

/// The zip as if its first entry had a password: the flag in the local header and in the directory (APPNOTE 4.4.4).
pub fn locked(mut zip: Vec<u8>) -> Vec<u8> {
    for (mark, at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let start = zip.windows(4).position(|bytes| bytes == mark).expect("a zip");
        zip[start + at] |= 1;
    }
    zip
}

const RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>";

/// A .docx with this main part.
pub fn package(document: &[u8], more: &[(&str, &[u8])]) -> Vec<u8> {
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
    let mut entries: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("word/document.xml", document),
    ];
    entries.extend(more);
    zip(&entries)
}

/// The main part with this body.
pub fn document(body: &str) -> String {
    let names = [
        ("w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
        ("mc", "http://schemas.openxmlformats.org/markup-compatibility/2006"),
        ("wp", "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
        ("a", "http://schemas.openxmlformats.org/drawingml/2006/main"),
        ("wps", "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"),
        ("w14", "http://schemas.microsoft.com/office/word/2010/wordml"),
        ("w16se", "http://schemas.microsoft.com/office/word/2015/wordml/symex"),
        ("v", "urn:schemas-microsoft-com:vml"),
    ];
    let names: String = names.iter().map(|(prefix, name)| format!(" xmlns:{prefix}=\"{name}\"")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document{names}><w:body>{body}<w:sectPr/></w:body></w:document>"
    )
}

pub fn docx(body: &str) -> Vec<u8> {
    package(document(body).as_bytes(), &[])
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A run with text.
pub fn run(text: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(text))
}

/// A run with properties.
pub fn styled(properties: &str, text: &str) -> String {
    format!("<w:r><w:rPr>{properties}</w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(text))
}

/// A paragraph with these runs.
pub fn p(runs: &str) -> String {
    format!("<w:p>{runs}</w:p>")
}

/// A paragraph for each line.
pub fn text(text: &str) -> String {
    text.split('\n').map(|line| p(&if line.is_empty() { String::new() } else { run(line) })).collect()
}

/// A cell with properties and paragraphs.
pub fn cell(properties: &str, content: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>")
}

pub fn tc(content: &str) -> String {
    cell("", content)
}

pub fn row(cells: &[String]) -> String {
    format!("<w:tr>{}</w:tr>", cells.concat())
}

pub fn table(rows: &[String]) -> String {
    format!("<w:tbl><w:tblPr/><w:tblGrid/>{}</w:tbl>", rows.concat())
}

/// A content control.
pub fn control(properties: &str, content: &str) -> String {
    format!("<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>")
}

/// A field: its instruction, and its result if it has one.
pub fn field(begin: &str, instruction: &str, result: Option<&str>) -> String {
    let result = result
        .map(|result| format!("<w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>{result}"))
        .unwrap_or_default();
    format!(
        "<w:r><w:fldChar w:fldCharType=\"begin\">{begin}</w:fldChar></w:r><w:r><w:instrText>{}</w:instrText></w:r>{result}<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
        escaped(instruction)
    )
}

/// A drawn shape in a run, as Word writes it: twice.
pub fn shape(kind: &str, text_box: &str) -> String {
    let text_box = |tag: &str| match text_box {
        "" => String::new(),
        text => format!("<{tag}><w:txbxContent>{text}</w:txbxContent></{tag}>"),
    };
    format!(
        "<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wp:anchor><wp:posOffset>0</wp:posOffset><a:graphic><a:graphicData><wps:wsp><wps:spPr><a:prstGeom prst=\"{kind}\"/></wps:spPr>{}</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:oval>{}</v:oval></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
        text_box("wps:txbx"),
        text_box("v:textbox"),
    )
}

pub const TITLE: &str = "在宅医療の拠点整備・運用に向けた伴走支援 申込書";
pub const ISSUES: [&str; 5] = [
    "多職種協働による包括的かつ継続的な在宅医療の提供体制の構築",
    "在宅医療に関する人材育成",
    "在宅医療に関する地域住民への普及啓発",
    "災害時及び災害に備えた体制構築への支援",
    "その他",
];

/// The parts of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Area,
    Representative,
    Reason,
    Features,
    Activities,
    Issues,
    Members,
}

pub const PARTS: [Part; 7] = [
    Part::Area,
    Part::Representative,
    Part::Reason,
    Part::Features,
    Part::Activities,
    Part::Issues,
    Part::Members,
];

/// A form: what stands in its cells, as XML.
#[derive(Debug, Clone)]
pub struct Form {
    pub title: String,
    pub order: Vec<Part>,
    /// Labels as printed, with the ones that stand there instead.
    pub labels: Vec<(&'static str, String)>,
    pub prefecture: String,
    /// The two options, a paragraph each.
    pub options: String,
    pub answer: String,
    /// Below the note in its cell, and in the cell behind it.
    pub area_in_note: String,
    pub area: String,
    /// 所属, 部署, 氏名, 役職, 住所, 電話番号, E-mail.
    pub representative: [String; 7],
    pub reason: String,
    pub features: String,
    pub activities: String,
    /// The five paragraphs.
    pub issues: String,
    pub details: String,
    pub header: Vec<String>,
    /// Rows of complete cells.
    pub members: Vec<Vec<String>>,
}

pub const LABELS: [&str; 7] = ["所　属", "部　署", "氏　名", "役　職", "住　所", "電話番号", "E - mail"];

impl Form {
    /// The form as the secretariat sent it out.
    pub fn blank() -> Self {
        let blank = || text("");
        Self {
            title: text(TITLE),
            order: PARTS.to_vec(),
            labels: Vec::new(),
            prefecture: blank(),
            options: text("1　在宅医療の圏域\n2　在宅医療の圏域ではない"),
            answer: blank(),
            area_in_note: String::new(),
            area: blank(),
            representative: [blank(), blank(), blank(), blank(), text("〒"), blank(), blank()],
            reason: blank(),
            features: blank(),
            activities: blank(),
            issues: ISSUES.iter().map(|issue| p(&run(&format!("・{issue}")))).collect(),
            details: blank(),
            header: ["No.", "所属", "部署", "役職", "職種"].map(str::to_owned).to_vec(),
            members: (1..=15).map(|no| Self::member(no, ["", "", "", ""])).collect(),
        }
    }

    /// Filled in by an invented region.
    pub fn filled() -> Self {
        let people = [
            ["汐見在宅医療連携拠点", "", "所長", "医師"],
            ["鳥取県", "福祉保健部 医療政策課", "主事", "事務"],
            ["汐見医師会", "", "副会長", "医師"],
            ["汐見歯科医師会", "", "理事", "歯科医師"],
            ["汐見薬剤師会", "", "会長", "薬剤師"],
            ["訪問看護ステーションうみ", "", "管理者", "看護師"],
            ["汐見市立病院", "地域連携室", "室長", "医療ソーシャルワーカー"],
            ["汐見介護支援専門員協会", "", "代表", "ケアマネジャー"],
            ["汐見市", "長寿課", "係長", "事務"],
            ["相談支援センターなぎ", "", "相談員", "相談支援専門員"],
        ];
        Self {
            prefecture: text("鳥取県"),
            answer: text("1"),
            area: text("汐見在宅医療圏域"),
            representative: [
                "汐見市",
                "健康部 長寿課",
                "岸本 遥",
                "課長",
                "〒689-0000\n鳥取県汐見市浜町1番2号",
                "0857-00-1234",
                "choju@city.shiomi.example.jp",
            ]
            .map(text),
            reason: text(
                "拠点を昨年設けたが、役割が関係機関に知られていない。\n助言を得て役割分担を整理したい。",
            ),
            features: text("人口4万人、高齢化率38％。訪問診療を行う診療所は5か所である。"),
            activities: text("・多職種連携会議（年4回）\n・急変時の後方支援病床の調整"),
            issues: ISSUES
                .iter()
                .enumerate()
                .map(|(at, issue)| p(&run(&format!("{}・{issue}", if at % 3 == 0 { "○" } else { "" }))))
                .collect(),
            details: text("夜間の往診が一部の医師に偏っている。\n災害時の安否確認の手順がない。"),
            members: people
                .into_iter()
                .enumerate()
                .map(|(at, person)| Self::member(at + 1, person))
                .collect(),
            ..Self::blank()
        }
    }

    pub fn member(no: usize, person: [&str; 4]) -> Vec<String> {
        let cells = person.iter().map(|value| tc(&text(value)));
        std::iter::once(tc(&text(&no.to_string()))).chain(cells).collect()
    }

    fn label(&self, printed: &str) -> String {
        let other = self.labels.iter().find(|(label, _)| *label == printed);
        text(other.map_or(printed, |(_, other)| other))
    }

    pub fn body(&self) -> String {
        let parts: String = self.order.iter().map(|part| self.part(*part) + &text("")).collect();
        format!("{}{}{parts}{}", text("別紙２－②"), self.title, text("以上"))
    }

    pub fn docx(&self) -> Vec<u8> {
        docx(&self.body())
    }

    fn part(&self, part: Part) -> String {
        let framed = |heading: &str, content: &str| {
            let heading = format!("■ {heading}をご記入ください。（※できる限り具体的にご記載ください）");
            text(&heading) + &table(&[row(&[tc(content)])])
        };
        match part {
            Part::Area => text("■ 応募地域の基本情報をご記入ください。") + &self.area_table(),
            Part::Representative => {
                let rows: Vec<String> = LABELS
                    .iter()
                    .zip(&self.representative)
                    .map(|(label, value)| row(&[tc(&self.label(label)), tc(value)]))
                    .collect();
                text("■ 代表者の基本情報をご記入ください。") + &table(&rows)
            }
            Part::Reason => framed("応募の理由", &self.reason),
            Part::Features => framed("地域の特徴", &self.features),
            Part::Activities => framed("拠点の取組内容", &self.activities),
            Part::Issues => {
                text(
                    "■ 地域の課題について、該当する項目に○を付けたうえで、詳細を枠内にご記入ください。\n（※できる限り具体的にご記載ください）",
                ) + &self.issues
                    + &table(&[row(&[tc(&self.details)])])
            }
            Part::Members => {
                let header = row(&self.header.iter().map(|label| tc(&text(label))).collect::<Vec<_>>());
                let rows: Vec<String> =
                    std::iter::once(header).chain(self.members.iter().map(|cells| row(cells))).collect();
                text(
                    "■ 想定される本伴走支援の参加者（構成員）をご記入ください。\n（※現時点で参加を想定している職種や機関の記載で構いません）\n（※行が足りない場合は適宜追加してご記入ください）",
                ) + &table(&rows)
            }
        }
    }

    fn area_table(&self) -> String {
        let restart = "<w:vMerge w:val=\"restart\"/>";
        let continued = cell("<w:vMerge/>", &text(""));
        let note =
            "※上記設問で 1 と回答した場合は在宅医療の圏域を、2 と回答した場合はその地域名をご記載ください";
        table(&[
            row(&[tc(&self.label("都道府県")), cell("<w:gridSpan w:val=\"3\"/>", &self.prefecture)]),
            row(&[
                cell(restart, &self.label("応募地域の単位")),
                tc(&text("※右の回答欄に 1 又は 2 をご記入ください")),
                cell(restart, &text("回答")),
                cell(restart, &self.answer),
            ]),
            row(&[continued.clone(), tc(&self.options), continued.clone(), continued]),
            row(&[
                tc(&self.label("応募地域名")),
                tc(&(text(note) + &self.area_in_note)),
                cell("<w:gridSpan w:val=\"2\"/>", &self.area),
            ]),
        ])
    }
}

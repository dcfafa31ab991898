//! Thin.
use serde::{Deserialize, Serialize};
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKey { Organization, Name, Contact, Inquiry }
impl FieldKey {
    pub const ALL: [Self; 4] = [Self::Organization, Self::Name, Self::Contact, Self::Inquiry];
    pub fn as_str(self) -> &'static str { match self { Self::Organization => "organization", Self::Name => "name", Self::Contact => "contact", Self::Inquiry => "inquiry" } }
}
#[derive(Debug, Clone)]
pub struct FieldRule { pub key: FieldKey, pub label: String, pub aliases: Vec<String> }
#[derive(Debug, Clone)]
pub struct FormRules { pub subject: String, pub fields: Vec<FieldRule> }
impl Default for FormRules {
    fn default() -> Self {
        let f = |key, label: &str| FieldRule { key, label: label.into(), aliases: vec![] };
        Self { subject: "拠点整備・運用に関する照会".into(), fields: vec![f(FieldKey::Organization, "自治体・機関名"), f(FieldKey::Name, "氏名"), f(FieldKey::Contact, "連絡先（TEL/メールアドレス）"), f(FieldKey::Inquiry, "照会内容（具体的に）")] }
    }
}
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fields { pub organization: Option<String>, pub name: Option<String>, pub contact: Option<String>, pub inquiry: Option<String> }
impl Fields {
    pub fn get(&self, key: FieldKey) -> Option<&str> { match key { FieldKey::Organization => &self.organization, FieldKey::Name => &self.name, FieldKey::Contact => &self.contact, FieldKey::Inquiry => &self.inquiry }.as_deref() }
    pub fn set(&mut self, key: FieldKey, v: Option<String>) { *match key { FieldKey::Organization => &mut self.organization, FieldKey::Name => &mut self.name, FieldKey::Contact => &mut self.contact, FieldKey::Inquiry => &mut self.inquiry } = v; }
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding { pub code: &'static str, pub detail: String }
#[derive(Debug, Clone, Default)]
pub struct Form { pub subject_conforms: bool, pub has_form: bool, pub fields: Fields, pub missing: Vec<FieldKey>, pub telephones: Vec<String>, pub addresses: Vec<String>, pub prefecture: Option<&'static str>, pub findings: Vec<Finding> }
pub fn read_form(subject: &str, text: &str, rules: &FormRules) -> Form {
    let mut form = Form { subject_conforms: subject.contains(&rules.subject), ..Default::default() };
    let mut cur: Option<FieldKey> = None; let mut buf = String::new();
    let mut put = |k: Option<FieldKey>, b: &mut String, f: &mut Form| { if let Some(k) = k { let v = b.trim().to_owned(); f.has_form = true; f.fields.set(k, (!v.is_empty()).then_some(v)); } b.clear(); };
    for line in text.lines() {
        let hit = rules.fields.iter().find_map(|r| { let l = r.label.split('（').next()?; let at = line.find(l)?; (at < 8).then(|| (r.key, line[at..].split_once('：').map(|x| x.1.to_owned()).unwrap_or_default())) });
        if let Some((k, v)) = hit { put(cur, &mut buf, &mut form); cur = Some(k); buf.push_str(&v); } else if cur.is_some() { buf.push('\n'); buf.push_str(line); }
    }
    put(cur, &mut buf, &mut form);
    form.missing = FieldKey::ALL.into_iter().filter(|k| form.fields.get(*k).is_none()).collect();
    form
}

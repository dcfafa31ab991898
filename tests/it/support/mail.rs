//! Mails to the desk. A test changes the parts that matter to it; mails with the exact bytes of real mail programs are
//! files in `samples` and `tests/fixtures/mail`.

use madoguchi::desk::form::FieldKey;

/// A mail in UTF-8 to the desk. Each method returns it with one change.
#[derive(Debug, Clone)]
pub struct Mail {
    head: Vec<(String, String)>,
    /// Lines of the circular's template; none in free text.
    form: Vec<(FieldKey, String)>,
    /// Comes after the form.
    body: Vec<u8>,
}

/// The circular's template, filled in by inquirer number `nth`.
pub fn inquiry(nth: usize) -> Mail {
    message(nth, "拠点整備・運用に関する照会", "")
        .field(FieldKey::Organization, &format!("第{nth}市 健康福祉部"))
        .field(FieldKey::Name, "山田 太郎")
        .field(FieldKey::Contact, &format!("03-0000-{nth:04} / yamada{nth}@city.example.jp"))
        .field(FieldKey::Inquiry, "会議の参加者の例を教えてください。")
}

/// Free text from inquirer number `nth`.
pub fn message(nth: usize, subject: &str, body: &str) -> Mail {
    Mail::new()
        .from(&format!("Yamada <yamada{nth}@city.example.jp>"))
        .subject(subject)
        .header("Date", "Tue, 1 Jul 2025 09:29:00 +0900")
        .id(&format!("inquiry-{nth}@city.example.jp"))
        .body(body)
}

/// An inquiry as a mail server stores it: intake takes the time of receipt from the topmost Received field.
pub fn kept(nth: usize) -> Mail {
    inquiry(nth)
        .header("Received", "from mx.city.example.jp by mx.example.jp; Tue, 1 Jul 2025 09:29:30 +0900")
}

impl Mail {
    /// A mail without sender, subject, Message-ID and text.
    pub fn new() -> Self {
        Self { head: Vec::new(), form: Vec::new(), body: Vec::new() }
            .header("Content-Transfer-Encoding", "8bit")
            .header("Content-Type", "text/plain; charset=UTF-8")
            .header("MIME-Version", "1.0")
            .to("zaitaku@tohmatu.co.jp")
    }

    pub fn from(self, sender: &str) -> Self {
        self.header("From", sender)
    }

    pub fn to(self, recipient: &str) -> Self {
        self.header("To", recipient)
    }

    pub fn subject(self, subject: &str) -> Self {
        self.header("Subject", subject)
    }

    /// The Message-ID, without angle brackets.
    pub fn id(self, id: &str) -> Self {
        self.header("Message-ID", &format!("<{id}>"))
    }

    /// The Message-ID of the mail that this one answers, without angle brackets.
    pub fn in_reply_to(self, id: &str) -> Self {
        self.header("In-Reply-To", &format!("<{id}>"))
    }

    /// Replaces a header field. One that is not there yet becomes the topmost, as mail servers add theirs.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match self.head.iter_mut().find(|(there, _)| there == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.head.insert(0, (name.to_owned(), value.to_owned())),
        }
        self
    }

    pub fn without(mut self, header: &str) -> Self {
        self.head.retain(|(name, _)| name != header);
        self
    }

    /// Fills in a field of the form, or replaces its value.
    pub fn field(mut self, field: FieldKey, value: &str) -> Self {
        match self.form.iter_mut().find(|(there, _)| *there == field) {
            Some((_, old)) => value.clone_into(old),
            None => self.form.push((field, value.to_owned())),
        }
        self
    }

    pub fn without_field(mut self, field: FieldKey) -> Self {
        self.form.retain(|(there, _)| *there != field);
        self
    }

    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, value) in &self.head {
            bytes.extend(format!("{name}: {value}\n").bytes());
        }
        bytes.push(b'\n');
        for (field, value) in &self.form {
            bytes.extend(format!("{}{value}\n", label(*field)).bytes());
        }
        bytes.extend(&self.body);
        bytes
    }
}

/// The mail with a text and a file.
pub fn attached(mail: Mail, text: &str, name: &str, file: &[u8]) -> Mail {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(file);
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let name = base64::engine::general_purpose::STANDARD.encode(name);
    mail.header("Content-Type", "multipart/mixed; boundary=\"part\"").without("Content-Transfer-Encoding").body(format!(
        "--part\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n\
         --part\nContent-Type: application/octet-stream; name=\"=?UTF-8?B?{name}?=\"\n\
         Content-Disposition: attachment; filename=\"=?UTF-8?B?{name}?=\"\nContent-Transfer-Encoding: base64\n\n{}\n--part--\n",
        lines.join("\n"),
    ))
}

fn label(field: FieldKey) -> &'static str {
    match field {
        FieldKey::Organization => "1) 自治体・機関名：",
        FieldKey::Name => "2) 氏名：",
        FieldKey::Contact => "3) 連絡先（TEL/メールアドレス）：",
        FieldKey::Inquiry => "4) 照会内容（具体的に）：\n",
    }
}

impl From<Mail> for Vec<u8> {
    fn from(mail: Mail) -> Self {
        mail.bytes()
    }
}

impl From<&Mail> for Vec<u8> {
    fn from(mail: &Mail) -> Self {
        mail.bytes()
    }
}

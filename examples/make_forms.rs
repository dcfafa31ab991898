//! Writes application forms (別紙2-②) into a folder, as files and as the XML in them: `cargo run --example make_forms DIR`.
//! The seeds of the fuzz target `paper` are made so.

#[path = "../tests/it/support/docx.rs"]
mod docx;

use std::{env, error::Error, fs, path::Path};

use docx::{Form, control, document, field, p, run, shape, styled, text, zip};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: make_forms FOLDER")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let (blank, plain) = (Form::blank(), Form::filled());
    let mut odd = Form::filled();
    odd.answer = p(&field("", "eq \\o\\ac(○,1)", None));
    odd.area =
        p(&format!("<w:del><w:r><w:delText>x</w:delText></w:r></w:del><w:ins>{}</w:ins>", run("汐見圏域")));
    odd.representative[0] = p(&control("<w:showingPlcHdr/>", &run("Click or tap here to enter text.")));
    odd.representative[1] = p(&styled("<w:strike/>", "課"))
        + &p(
            "<w:r><w:ruby><w:rt><w:r><w:t>a</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>b</w:t></w:r></w:rubyBase></w:ruby></w:r>",
        );
    odd.reason = p(&shape("rect", &text("拠点")));
    odd.issues = p(&(shape("ellipse", "") + &run("・その他")));
    odd.details = p("<w:r><w:sym w:font=\"Wingdings\" w:char=\"F0FE\"/></w:r>");
    for (name, form) in [("blank", &blank), ("plain", &plain), ("odd", &odd)] {
        fs::write(folder.join(format!("{name}.xml")), document(&form.body()))?;
        fs::write(folder.join(format!("{name}.docx")), form.docx())?;
    }
    fs::write(folder.join("folder.zip"), zip(&[("a.docx", &plain.docx()), ("b.pdf", b"%PDF-1.4")]))?;
    Ok(())
}

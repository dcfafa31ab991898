//! Measures how long an inquirer waits: `cargo run --example latency -- PROGRAM SETTINGS MAILDIR SMTP_PORT COUNT GAP`.
//! It is the SMTP server of a running desk: each mail is put into the Maildir behind the IMAP server, and the clock runs until
//! this server has accepted the acknowledgement. One mail at a time, at least GAP milliseconds after the one before, so that each
//! finds an idle desk.

use std::{
    env,
    error::Error,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// A mail that is not answered within this time was lost.
const LOST_AFTER: Duration = Duration::from_secs(30);

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// The desk, ended with the measurement.
struct Desk(Child);

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let [_, program, settings, maildir, port, count, gap] = arguments.as_slice() else {
        return Err("usage: latency PROGRAM SETTINGS MAILDIR SMTP_PORT COUNT GAP".into());
    };
    let (maildir, count, gap) = (Path::new(maildir), count.parse::<usize>()?, gap.parse::<u64>()?);
    let accepted = serve(TcpListener::bind(("127.0.0.1", port.parse()?))?);
    let _desk = Desk(Command::new(program).args(["--config", settings, "run"]).spawn()?);
    thread::sleep(Duration::from_secs(2));
    let mut took = Vec::with_capacity(count);
    // The first few warm caches up.
    for number in 0..count + 5 {
        // At odd moments, so that no poll or tick is always met at the same distance.
        thread::sleep(Duration::from_millis(gap + (number as u64 * 37) % 90));
        let (file, place) = (maildir.join("tmp").join(format!("{number}.latency")), maildir.join("new"));
        fs::write(&file, mail(number))?;
        let began = Instant::now();
        fs::rename(&file, place.join(format!("{number}.latency")))?;
        let at = accepted.recv_timeout(LOST_AFTER).map_err(|_| format!("mail {number} was not answered"))?;
        if number >= 5 {
            took.push(at.duration_since(began).as_secs_f64() * 1e3);
        }
    }
    took.sort_by(f64::total_cmp);
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index"
        )]
        let index = ((took.len() as f64 * share) as usize).min(took.len().saturating_sub(1));
        took.get(index).copied().unwrap_or_default()
    };
    println!("p50_ms={:.1} p90_ms={:.1} p99_ms={:.1} max_ms={:.1}", at(0.5), at(0.9), at(0.99), at(1.0));
    Ok(())
}

/// Accepts everything; tells when the last dot of each mail was answered.
fn serve(listener: TcpListener) -> mpsc::Receiver<Instant> {
    let (tell, accepted) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tell = tell.clone();
            thread::spawn(move || converse(&stream, &tell));
        }
    });
    accepted
}

fn converse(stream: &TcpStream, tell: &mpsc::Sender<Instant>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream;
    let mut lines = BufReader::new(stream).split(b'\n');
    writer.write_all(b"220 latency\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let verb: String = String::from_utf8_lossy(&line).chars().take(4).collect::<String>().to_uppercase();
        match verb.trim() {
            "DATA" => {
                writer.write_all(b"354 go on\r\n")?;
                while let Some(line) = lines.next().transpose()? {
                    if line.trim_ascii() == b"." {
                        break;
                    }
                }
                writer.write_all(b"250 accepted\r\n")?;
                let _ = tell.send(Instant::now());
            }
            "QUIT" => return writer.write_all(b"221 bye\r\n"),
            _ => writer.write_all(b"250 yes\r\n")?,
        }
    }
    Ok(())
}

fn mail(number: usize) -> String {
    format!(
        "From: <latency-{number}@example.jp>\r\nTo: zaitaku@tohmatu.co.jp\r\nSubject: 拠点整備・運用に関する照会\r\n\
         Message-ID: <latency-{number}@example.jp>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n1) 自治体・機関名：星川市\r\n2) 氏名：高橋 真由美\r\n\
         3) 連絡先：03-0000-0001\r\n4) 照会内容：会議の参加者の例を教えてください。\r\n"
    )
}

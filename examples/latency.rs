//! Measures the time from an inquiry to its acknowledgement:
//! `cargo run --example latency -- PROGRAM SETTINGS MAILDIR SMTP_PORT COUNT GAP`.
//!
//! This program starts the desk and is its SMTP server. It puts each mail into the Maildir of the IMAP server, and
//! measures until it has accepted the acknowledgement. Mails are sent one at a time, at least GAP milliseconds
//! apart, so that the desk is idle when each arrives.

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

/// Timeout for the acknowledgement of one mail.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(30);

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// The desk process, killed when this value is dropped.
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
    // The first five mails warm up caches and do not count.
    for number in 0..count + 5 {
        // Vary the gap, so that the mails do not arrive at a fixed distance from the desk's polls and timers.
        thread::sleep(Duration::from_millis(gap + (number as u64 * 37) % 90));
        let (file, place) = (maildir.join("tmp").join(format!("{number}.latency")), maildir.join("new"));
        fs::write(&file, mail(number))?;
        let began = Instant::now();
        fs::rename(&file, place.join(format!("{number}.latency")))?;
        let at = accepted
            .recv_timeout(ACKNOWLEDGED_WITHIN)
            .map_err(|_| format!("mail {number} was not answered"))?;
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

/// Accepts all mails; sends the time at which each was accepted.
fn serve(listener: TcpListener) -> mpsc::Receiver<Instant> {
    let (sender, accepted) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sender = sender.clone();
            thread::spawn(move || handle_connection(&stream, &sender));
        }
    });
    accepted
}

fn handle_connection(stream: &TcpStream, sender: &mpsc::Sender<Instant>) -> std::io::Result<()> {
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
                let _ = sender.send(Instant::now());
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

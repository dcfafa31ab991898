//! Measures how long an inquirer waits. `latency desk` is the SMTP server of a running desk: it puts each mail into the Maildir
//! behind the IMAP server and takes the time until it has accepted the acknowledgement. `latency idle` takes the time until the
//! IMAP server tells a client in IDLE. Either waits at least GAP milliseconds before the next mail, so that each finds an idle desk.

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

const USAGE: &str = "usage: latency desk PROGRAM SETTINGS MAILDIR SMTP_PORT COUNT GAP
       latency idle IMAP_PORT MAILDIR COUNT GAP";

/// A mail that is not answered within this time was lost.
const LOST_AFTER: Duration = Duration::from_secs(30);

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// Kills the desk when the measurement ends or fails.
struct Desk(Child);

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        ["desk", program, settings, maildir, port, count, gap] => {
            desk(program, settings, Path::new(maildir), port.parse()?, count.parse()?, gap.parse()?)
        }
        ["idle", port, maildir, count, gap] => {
            idle(port.parse()?, Path::new(maildir), count.parse()?, gap.parse()?)
        }
        _ => Err(USAGE.into()),
    }
}

fn desk(program: &str, settings: &str, maildir: &Path, port: u16, count: usize, gap: u64) -> Result<()> {
    let accepted = serve(TcpListener::bind(("127.0.0.1", port))?);
    let _desk = Desk(Command::new(program).args(["--config", settings, "run"]).spawn()?);
    thread::sleep(Duration::from_secs(2));
    let mut took = Vec::with_capacity(count);
    // The first few fill caches and are not counted.
    for number in 0..count + 5 {
        // At irregular intervals, so that the mails do not keep step with a poll or a timer.
        thread::sleep(Duration::from_millis(gap + (number as u64 * 37) % 90));
        let began = put(maildir, number, &mail(number))?;
        let at = accepted.recv_timeout(LOST_AFTER).map_err(|_| format!("mail {number} was not answered"))?;
        if number >= 5 {
            took.push(at.duration_since(began));
        }
    }
    took.sort();
    let at = |percent: usize| milliseconds(&took, (count * percent / 100).min(count.saturating_sub(1)));
    println!("p50_ms={:.1} p90_ms={:.1} p99_ms={:.1} max_ms={:.1}", at(50), at(90), at(99), at(100));
    Ok(())
}

/// From a mail's arrival until `* n EXISTS` on a connection in IDLE.
fn idle(port: u16, maildir: &Path, count: usize, gap: u64) -> Result<()> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(LOST_AFTER))?;
    let mut lines = BufReader::new(&stream).lines();
    let mut until = |what: &str| -> Result<()> {
        for line in lines.by_ref() {
            if line?.contains(what) {
                return Ok(());
            }
        }
        Err("the IMAP server ended the connection".into())
    };
    (&stream).write_all(b"a LOGIN idle secret\r\nb SELECT INBOX\r\n")?;
    until("b OK")?;
    (&stream).write_all(b"c IDLE\r\n")?;
    until("+ ")?;
    let mut took = Vec::with_capacity(count);
    for number in 0..count {
        thread::sleep(Duration::from_millis(gap / 1000 * 1000 + 200 + (number as u64 * 3 % 7) * 100));
        let began = put(maildir, number, "From: a@example.jp\n\nx\n")?;
        until("EXISTS")?;
        took.push(began.elapsed());
    }
    took.sort();
    let at = |rank: usize| milliseconds(&took, rank.saturating_sub(1));
    println!("idle_p50_ms={:.1} idle_p99_ms={:.1}", at(count.div_ceil(2)), at((count * 99 / 100).max(1)));
    Ok(())
}

/// When the mail had arrived.
fn put(maildir: &Path, number: usize, mail: &str) -> Result<Instant> {
    let name = format!("{number}.latency");
    let file = maildir.join("tmp").join(&name);
    fs::write(&file, mail)?;
    let began = Instant::now();
    fs::rename(&file, maildir.join("new").join(&name))?;
    Ok(began)
}

fn milliseconds(took: &[Duration], index: usize) -> f64 {
    took.get(index).copied().unwrap_or_default().as_secs_f64() * 1e3
}

/// Accepts everything, and sends the instant at which it has answered the final dot of each mail.
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

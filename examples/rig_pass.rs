//! Runs one pass of a desk and prints its speed, CPU time and peak memory as `key=value` figures, beside the limits that were
//! measured just before: `cargo run --example rig_pass -- MAILS FETCH TICKET ROW SEND LOG COMMAND…`.

use std::{
    env,
    error::Error,
    fs::{self, File},
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// A pass that takes longer has hung, and is killed.
const LIMIT: Duration = Duration::from_mins(10);

/// How often the end and the memory are looked for: short beside a pass of seconds.
const INTERVAL: Duration = Duration::from_millis(10);

/// Linux counts CPU time for user space in hundredths of a second (USER_HZ), whatever the kernel's own tick is.
const TICKS_PER_SECOND: f64 = 100.0;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, mails, fetch, ticket, row, send, log, program, options @ ..] = arguments.as_slice() else {
        return Err("usage: rig_pass MAILS FETCH TICKET ROW SEND LOG COMMAND…".into());
    };
    let log = File::create(log)?;
    let began = Instant::now();
    let mut child = Command::new(program).args(options).stdout(log.try_clone()?).stderr(log).spawn()?;
    let mut peak = String::from("0");
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if let Some(now) = peak_rss_kib(child.id()) {
            peak = now;
        }
        if began.elapsed() > LIMIT {
            child.kill()?;
        }
        thread::sleep(INTERVAL);
    };
    let rate = mails.parse::<f64>()? / began.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("the pass ended with {status}").into());
    }
    let slowest = fetch.parse::<f64>()?.min(ticket.parse()?).min(send.parse()?);
    let cpu = children_cpu_seconds()?;
    println!(
        "msgs_per_s={rate:.0} cpu_s={cpu:.2} cpu_ms_per_msg={:.2} fetch_per_s={fetch} ticket_per_s={ticket} row_per_s={row} \
         send_per_s={send} of_slowest={:.0}% peak_rss_kib={peak}",
        cpu * 1e3 / mails.parse::<f64>()?,
        100.0 * rate / slowest
    );
    Ok(())
}

fn peak_rss_kib(pid: u32) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next().map(str::to_owned)
}

/// What the ended child has used: fields 16 and 17 of proc_pid_stat(5).
fn children_cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name in brackets; the third comes behind it.
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/self/stat cannot be read")?;
    let ticks = fields.split_whitespace().skip(16 - 3).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS_PER_SECOND)
}

//! Questions to the health endpoint.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

/// Status and body of an answer; 0 when nobody answers.
pub fn get(port: u16, path: &str) -> (u16, String) {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let Ok(answer) = ask() else { return (0, String::new()) };
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Asks until the status is that, for ten seconds at most.
pub fn wait_for(port: u16, path: &str, status: u16) -> String {
    let mut last = (0, String::new());
    for _ in 0..200 {
        last = get(port, path);
        if last.0 == status {
            return last.1;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("{path} did not become {status}: {last:?}");
}

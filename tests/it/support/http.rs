//! Requests to the HTTP endpoint of the desk.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
};

use super::wait::{LIMIT, wait_for};

/// Status and body; status 0 without an answer.
pub fn get(port: u16, path: &str) -> (u16, String) {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(LIMIT))?;
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

/// Waits for an answer with this status and this part in its body; returns the body.
#[track_caller]
pub fn wait_for_answer(port: u16, path: &str, status: u16, part: &str) -> String {
    wait_for(&format!("{status} from {path} with {part:?}"), LIMIT, || {
        let (said, body) = get(port, path);
        if said == status && body.contains(part) {
            Ok(body)
        } else {
            Err(format!("The answer was {said}: {body}"))
        }
    })
}

#[track_caller]
pub fn wait_for_status(port: u16, path: &str, status: u16) -> String {
    wait_for_answer(port, path, status, "")
}

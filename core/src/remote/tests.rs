//! What a server does, and what comes of it. How a command shows it is tested with the command.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::TcpListener;
use std::thread;

use super::*;

/// Answers each request with what stands here for its path, once: `{HERE}` is the server.
fn server(answers: &'static [(&'static str, &'static str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let here = url.clone();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut lines = BufReader::new(&connection).lines();
            let first = lines.next().unwrap().unwrap();
            for line in lines {
                if line.unwrap().is_empty() {
                    break;
                }
            }
            let path = first.split(' ').nth(1).unwrap();
            let answer = answers.iter().find(|(asked, _)| *asked == path).unwrap().1;
            let (head, body) = answer.split_once('|').unwrap();
            let head = head.replace(';', "\r\n").replace("{HERE}", &here);
            let answer = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n{body}");
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

fn client(whole_file_bytes: u64) -> Client {
    Client::new(ClientOptions {
        user_agent: "test".to_owned(),
        proxy: None,
        scratch_folder: std::env::temp_dir(),
        limits: RemoteLimits {
            whole_file_bytes,
            ..RemoteLimits::default()
        },
    })
}

const DOCUMENTS: &[(&str, &str)] = &[
    ("/five", "200 OK;Content-Length: 5|12345"),
    ("/until-the-end", "200 OK|12345"),
    ("/missing", "404 Not Found;Content-Length: 4|none"),
    ("/broken", "500 Internal Server Error;Content-Length: 0|"),
    ("/short", "200 OK;Content-Length: 4|123"),
    ("/elsewhere", "302 Found;Location: {HERE}/five;Content-Length: 0|"),
    ("/round", "302 Found;Location: {HERE}/round;Content-Length: 0|"),
    (
        "/local",
        "302 Found;Location: file:///etc/passwd;Content-Length: 0|",
    ),
    ("/packed", "200 OK;Content-Encoding: gzip;Content-Length: 5|12345"),
];

#[rstest::rstest]
#[case("/five", Some("12345"))]
#[case("/until-the-end", Some("12345"))]
#[case("/elsewhere", Some("12345"))]
#[case("/missing", None)]
fn documents_are_got_or_are_not_there(#[case] path: &str, #[case] expected: Option<&str>) {
    let url = format!("{}{path}", server(DOCUMENTS));
    let document = client(0).get(&url, 5).unwrap();
    assert_eq!(document.as_deref(), expected.map(str::as_bytes));
}

#[rstest::rstest]
#[case("/five", "is larger than 4 bytes")]
#[case("/until-the-end", "is larger than 4 bytes")]
#[case("/broken", "the server answered 500 Internal Server Error")]
#[case("/short", "cannot be read: ")]
#[case("/round", "the server sent to more than 5 other places")]
#[case("/local", "the server sent to file:///etc/passwd, where nobody is to be led")]
#[case("/packed", "the server encodes what was asked for as it is (gzip)")]
fn other_answers_are_errors_that_name_the_url(#[case] path: &str, #[case] message: &str) {
    let url = format!("{}{path}", server(DOCUMENTS));
    let error = client(0).get(&url, 4).unwrap_err().to_string();
    assert!(error.starts_with(&url) && error.contains(message), "{error}");
}

#[rstest::rstest]
#[case("file:///etc/passwd")]
#[case("ftp://h.example/a.conda")]
#[case("/etc/passwd")]
#[case("")]
fn only_the_web_is_asked(#[case] url: &str) {
    let error = client(0).get(url, 4).unwrap_err().to_string();
    assert_eq!(error, format!("{url} is no URL of the web (http or https)"));
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let error = client(0).get("http://127.0.0.1:1/a", 4).unwrap_err().to_string();
    assert!(
        error.starts_with("http://127.0.0.1:1/a cannot be read: "),
        "{error}"
    );
}

#[test]
fn a_file_without_ranges_is_fetched_whole_if_it_is_small() {
    let url = server(DOCUMENTS);
    let mut file = client(5).open(&format!("{url}/five")).unwrap();
    assert!(file.is_whole());
    assert_eq!(file.seek(SeekFrom::End(-2)).unwrap(), 3);
    let mut rest = String::new();
    file.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "45");
    assert_eq!(
        file.traffic(),
        Traffic {
            requests: 1,
            bytes: 5
        }
    );
    for path in ["/five", "/until-the-end"] {
        let error = client(4).open(&format!("{url}{path}")).unwrap_err().to_string();
        assert!(
            error.contains("the server cannot give parts of a file, and the whole is larger than 4 bytes"),
            "{error}"
        );
    }
}

const ENDS: &[(&str, &str)] = &[
    (
        "/whole",
        "206 Partial Content;Content-Range: bytes 0-4/5;Content-Length: 5|12345",
    ),
    (
        "/empty",
        "416 Range Not Satisfiable;Content-Range: bytes */0;Content-Length: 0|",
    ),
    (
        "/beginning",
        "206 Partial Content;Content-Range: bytes 0-4/9;Content-Length: 5|12345",
    ),
    (
        "/unknown",
        "206 Partial Content;Content-Range: bytes 0-4/*;Content-Length: 5|12345",
    ),
    ("/silent", "206 Partial Content;Content-Length: 5|12345"),
    ("/short", "206 Partial Content;Content-Range: bytes 0-4/5|123"),
    (
        "/refused",
        "416 Range Not Satisfiable;Content-Range: bytes */7;Content-Length: 0|",
    ),
];

#[test]
fn a_small_file_comes_whole_with_its_end() {
    let url = server(ENDS);
    let mut file = client(0).open(&format!("{url}/whole")).unwrap();
    let mut content = Vec::new();
    file.read_to_end(&mut content).unwrap();
    assert_eq!(content, b"12345");
    assert!(file.is_whole());
    assert_eq!(
        file.traffic(),
        Traffic {
            requests: 1,
            bytes: 5
        }
    );
    let empty = client(0).open(&format!("{url}/empty")).unwrap();
    assert_eq!((empty.size(), empty.is_whole()), (0, true));
}

#[rstest::rstest]
#[case("/beginning", "gave another part of the file than was asked for")]
#[case("/unknown", "gave another part of the file than was asked for")]
#[case("/silent", "gave another part of the file than was asked for")]
#[case("/short", "gave another part of the file than was asked for")]
#[case("/refused", "the server answered 416 Range Not Satisfiable")]
fn an_answer_that_is_not_the_end_is_refused(#[case] path: &str, #[case] message: &str) {
    let error = client(0).open(&format!("{}{path}", server(ENDS))).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn nobody_seeks_before_the_start() {
    let mut file = client(5).open(&format!("{}/five", server(DOCUMENTS))).unwrap();
    assert!(file.seek(SeekFrom::End(-6)).is_err());
    assert_eq!(file.seek(SeekFrom::Start(100)).unwrap(), 100);
    assert_eq!(file.read(&mut [0; 4]).unwrap(), 0);
}

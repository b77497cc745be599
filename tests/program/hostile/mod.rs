//! What somebody hostile answers, in whatever whosin asks: it reaches a terminal, the log and a command
//! as plain text, whatever it was meant to do there.

mod bar;
mod terminal;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};

use rcgen::{CertificateParams, DnType};
use serde_json::json;
use whosin::broker::{Config, Connection, Heartbeat, Message};
use whosin::http::Trust;

use crate::support::bench::{Bench, Running};
use crate::support::certificates::{fingerprint, self_signed, service};
use crate::support::hidden::{SEQUENCES, all_hidden, assert_shown};
use crate::support::mosquitto::{Mosquitto, PASSWORD};

/// The whole of a request.
fn heard(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return text.into_owned();
            }
        }
        match stream.read(&mut part) {
            Ok(count @ 1..) => bytes.extend(&part[..count]),
            _ => return String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// A server that answers each request with what is made of it; its address.
fn server(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = heard(&mut stream);
            let _ = stream.write_all(&answer(&request));
        }
    });
    url
}

/// An answer of HTTP with such a first line, such fields and a body.
fn answer(first: &str, fields: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {first}\r\n{fields}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn envelope(body: &str) -> Vec<u8> {
    let body = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns:c='urn:cisco:cup:presence:soap'><s:Body>{body}</s:Body></s:Envelope>"
    );
    answer("200 OK", "Content-Type: text/xml\r\n", &body)
}

/// With a reference for each character, as XML takes them all but for those that it forbids.
fn in_references(text: &str) -> String {
    let references = text.chars().map(|c| format!("&#{};", u32::from(c)));
    references.collect()
}

/// With each byte in hexadecimal, as an address takes them all.
fn in_percents(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// Nothing hidden is in what a command has printed.
fn assert_printed(what: &str, output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout).replace('\t', " ");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_shown(what, &out);
    assert_shown(what, &error);
    assert!(!(out.clone() + &error).is_empty(), "{what}: {output:?}");
    out + &error
}

#[test]
fn no_trouble_that_a_server_makes_shows_anything_hidden() {
    let hidden = all_hidden();
    // What may stand in a field of HTTP.
    let high: String = hidden.chars().filter(|c| !c.is_ascii_control()).collect();
    let references = in_references(&hidden);
    let percents = in_percents(&SEQUENCES.concat());
    let redirect = |to: &str| answer("302 Found", &format!("Location: {to}\r\n"), "");
    let of_service = |to: &str| {
        envelope(&format!(
            "<c:loginResponse><c:redirect primaryServer='{to}' backupServer='{to}'/></c:loginResponse>"
        ))
    };
    let all = [
        (
            "a redirect",
            "sends us elsewhere",
            redirect(&format!("https://a{high}/{high}")),
        ),
        (
            "a redirect in percents",
            "sends us elsewhere",
            redirect(&format!("https://a{percents}/{percents}")),
        ),
        (
            "a redirect to a path",
            "sends us elsewhere",
            redirect(&format!("/{percents}?{high}")),
        ),
        (
            "a redirect of the service",
            "without TLS",
            of_service(&references),
        ),
        (
            "a redirect of the service to a host",
            "leads nowhere",
            of_service(&format!("https://a{references}:8083")),
        ),
        (
            "a redirect in percents of the service",
            "leads nowhere",
            of_service(&format!("https://{percents}/")),
        ),
        (
            "a fault",
            "refused",
            envelope(&format!(
                "<s:Fault><faultcode>s:{references}</faultcode><faultstring>{references}</faultstring>\
                 <detail>{references}</detail></s:Fault>"
            )),
        ),
        (
            "a key",
            "was expected",
            envelope(&format!(
                "<c:loginResponse><c:success><c:session-key>{references}</c:session-key></c:success></c:loginResponse>"
            )),
        ),
        (
            "a web page",
            "web page",
            answer(
                "200 OK",
                "Content-Type: text/html\r\n",
                &format!("<html><title>{hidden}</title>"),
            ),
        ),
        (
            "words",
            "HTTP 404",
            answer(&format!("404 {high}"), "", &hidden),
        ),
        (
            "a kind",
            "not from a presence service",
            answer(
                "200 OK",
                &format!("Content-Type: text/{high}; charset={high}\r\n"),
                &hidden,
            ),
        ),
        ("no HTTP", "no HTTP", hidden.clone().into_bytes()),
    ];
    std::thread::scope(|scope| {
        for (what, words, said) in all {
            scope.spawn(move || assert_trouble_shown(what, words, said));
        }
    });
}

/// Nothing hidden comes of a server that answers every request so; these words do.
fn assert_trouble_shown(what: &str, words: &str, said: Vec<u8>) {
    let bench = Bench::new();
    let url = server(move |_| said.clone());
    for arguments in [
        &["status", "-vv"][..],
        &["check", "-vv", "--report", "-"],
        &["tmux", "--format", "waybar"],
    ] {
        let mut command = bench.command_at(&url, arguments);
        let output = command.args(["--log-level", "trace"]).output().unwrap();
        let printed = assert_printed(&format!("{what}, {arguments:?}"), &output);
        assert!(printed.contains(words), "{what}: {printed}");
    }
    let mut watching = Running::start(bench.command_at(&url, &["watch", "--plain"]));
    assert_shown(what, &watching.line());
    watching.child.kill().unwrap();
    let log = std::fs::read_to_string(bench.path("state/whosin/whosin.log")).unwrap();
    assert!(log.contains("whosin"), "{log}");
    assert_shown(&format!("the log, {what}"), &log);
}

#[test]
fn no_certificate_shows_anything_hidden() {
    // IA5String, in which names of hosts stand, has ASCII alone.
    let mut parameters = CertificateParams::new(["127.0.0.1".to_string()]).unwrap();
    let low: String = SEQUENCES.concat().chars().filter(char::is_ascii).collect();
    let low = rcgen::string::Ia5String::try_from(low).unwrap();
    parameters
        .subject_alt_names
        .push(rcgen::SanType::DnsName(low));
    // A certificate of more than 64 KB is none.
    for (name, text) in [
        (DnType::CommonName, all_hidden()),
        (DnType::OrganizationName, SEQUENCES.concat()),
    ] {
        parameters.distinguished_name.push(name, text);
    }
    let certificate = self_signed(parameters);
    let bench = Bench::new();
    let service = bench.runtime.block_on(service(&certificate));
    let pin = fingerprint(&certificate).to_string();
    let mut shown = 0;
    for arguments in [
        &["check"][..],
        &["check", "-vv", "--insecure"],
        &["check", "--report", "-", "--pin", &pin],
        &["status", "-vv"],
    ] {
        let output = bench
            .command_at(&service.url(), arguments)
            .output()
            .unwrap();
        let words = assert_printed(&format!("{arguments:?}"), &output);
        shown += usize::from(words.contains("]0;title"));
    }
    assert!(shown >= 2, "the subject is not shown");
}

#[test]
fn no_answer_of_a_directory_shows_anything_hidden() {
    let text = in_references(&all_hidden().replace('\0', ""));
    let short = in_references(&SEQUENCES[..3].concat());
    let people = format!(
        "<users totalCount='2'><user><userName>anna</userName><displayName>{text}</displayName>\
         <firstName>{text}</firstName><lastName>{text}</lastName><department>{text}</department>\
         <phoneNumber>{text}</phoneNumber><directoryUri>anna@sie.at</directoryUri></user>\
         <user><userName>{short}</userName><displayName>Anna</displayName><email>{short}@sie.at</email>\
         <phoneNumber>{short}1</phoneNumber></user></users>"
    );
    for body in [people, format!("<error>{text}</error>"), all_hidden()] {
        let bench = Bench::new();
        let said = answer("200 OK", "Content-Type: application/xml\r\n", &body);
        let url = server(move |_| said.clone());
        bench.write(
            "config/whosin/config.toml",
            &format!("directory = \"{url}\"\n"),
        );
        for arguments in [
            &["directory", "anna", "-vv"][..],
            &["directory", "anna", "--json"],
            &["contacts", "add", "--find", "anna"],
            &["check"],
        ] {
            let output = bench.run(arguments);
            assert_printed(&format!("{arguments:?}"), &output);
        }
    }
}

/// Publishes these as the publisher's user.
fn publish(bench: &Bench, config: &Config, messages: Vec<Message>) {
    bench.runtime.block_on(async {
        let mut connection = Connection::begin(config, None).unwrap();
        connection.next().await.unwrap();
        for message in messages {
            connection.publish(message).await;
        }
        connection.leave().await;
    });
}

#[test]
fn no_payload_of_a_broker_shows_anything_hidden() {
    let Some(broker) = Mosquitto::start() else {
        return;
    };
    let bench = Bench::new();
    let config = Config {
        place: broker.place("publisher").parse().unwrap(),
        password: Some(PASSWORD.into()),
        trust: Trust::CaFile(broker.certificate()),
    };
    let topics = config.place.topics();
    let hidden = all_hidden();
    let (ursula, ben) = (bench.ursula(), bench.ben());
    let now = jiff::Timestamp::now();
    let of_ursula = json!({
        "publisher": "p", "publisher_since": now.to_string(), "uri": ursula.as_str(),
        "availability": "busy", "activities": ["busy", hidden], "label": hidden, "note": hidden,
        "display_name": hidden, "mood": [hidden], "why": "person", "fresh": true,
        "asked_at": now.to_string(), "devices": [{"id": hidden, "contact": hidden, "note": hidden}],
    });
    let of_ben = json!({
        "publisher": "p", "publisher_since": now.to_string(), "uri": ben.as_str(), "error": hidden,
        "fresh": true, "asked_at": now.to_string(),
    });
    let beat = |problem: Option<String>| Heartbeat {
        schema: 1,
        online: true,
        beat: 1,
        interval: 60,
        since: now,
        at: now,
        asked_at: Some(now),
        server: hidden.clone(),
        user: hidden.clone(),
        problem,
        ..Heartbeat::default()
    };
    // As they are: whosin itself would escape them.
    let raw = |topic: String, payload: String| Message::retained(topic, payload.into_bytes());
    publish(
        &bench,
        &config,
        vec![
            raw(topics.presence(&ursula), of_ursula.to_string()),
            raw(topics.presence(&ben), of_ben.to_string()),
            raw(topics.publisher("p"), json!(beat(None)).to_string()),
            raw(
                topics.publisher(&SEQUENCES.concat().replace('\0', "")),
                hidden.clone(),
            ),
        ],
    );
    let read = |arguments: &[&str]| -> Command {
        let from = broker.place("board");
        let mut command = bench.command(arguments);
        command
            .args(["--from", &from, "--log-level", "trace", "--ca-file"])
            .arg(broker.certificate())
            .env("WHOSIN_BROKER_PASSWORD", PASSWORD);
        command
    };
    let mut shown = 0;
    for problem in [None, Some(hidden.clone())] {
        let beat = json!(beat(problem)).to_string();
        publish(&bench, &config, vec![raw(topics.publisher("p"), beat)]);
        for arguments in [
            &["status", "-vv"][..],
            &["status", "--json"],
            &["tmux", "ursula"],
            &["tmux", "--format", "{name} {state} {note}", "ursula"],
            &["check"],
        ] {
            let output = read(arguments).output().unwrap();
            let words = assert_printed(&format!("{arguments:?}"), &output);
            shown += usize::from(words.contains("]0;title"));
        }
        let mut watching = Running::start(read(&["watch", "--plain"]));
        assert_shown("watch", &watching.line());
        watching.child.kill().unwrap();
    }
    assert!(shown >= 4, "nothing of it is shown: {shown}");
    let log = std::fs::read_to_string(bench.path("state/whosin/whosin.log")).unwrap();
    assert_shown("the log", &log);
}

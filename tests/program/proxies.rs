//! Proxies, as the user's environment names them.

use crate::support::pty;
use std::net::SocketAddr;
use std::process::Output;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use whosin::http::Proxies;
use whosin::pws::Endpoint;
use whosin::simulator::{Certificate, Options, Simulator};

use crate::support::certificates::{Authority, file, fingerprint, names, self_signed};

/// A proxy that leads everybody to one server, wherever they want to go.
struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn to(server: SocketAddr) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
        };
        let asked = proxy.asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, server, asked.clone()));
            }
        });
        proxy
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first line of each connection, without the version of HTTP.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(client: TcpStream, server: SocketAddr, asked: Arc<Mutex<Vec<String>>>) {
    let mut first = [0];
    client.peek(&mut first).await.unwrap();
    match first {
        [5] => lead_by_socks(client, server, asked).await,
        _ => lead(client, server, asked).await,
    }
}

/// RFC 1928 with a host name.
async fn lead_by_socks(mut client: TcpStream, server: SocketAddr, asked: Arc<Mutex<Vec<String>>>) {
    let mut head = [0; 2];
    client.read_exact(&mut head).await.unwrap();
    let mut methods = vec![0; head[1].into()];
    client.read_exact(&mut methods).await.unwrap();
    client.write_all(&[5, 0]).await.unwrap();
    let mut request = [0; 5];
    client.read_exact(&mut request).await.unwrap();
    assert_eq!(request[..4], [5, 1, 0, 3], "not CONNECT to a name");
    let mut name = vec![0; request[4].into()];
    client.read_exact(&mut name).await.unwrap();
    let port = client.read_u16().await.unwrap();
    let name = String::from_utf8(name).unwrap();
    asked.lock().unwrap().push(format!("{name}:{port}"));
    let answer = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    client.write_all(&answer).await.unwrap();
    let mut server = TcpStream::connect(server).await.unwrap();
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

/// RFC 9110 section 9.3.6 for HTTPS, and RFC 9112 section 3.2.2 for plain HTTP.
async fn lead(client: TcpStream, server: SocketAddr, asked: Arc<Mutex<Vec<String>>>) {
    let mut client = BufReader::new(client);
    let mut line = String::new();
    client.read_line(&mut line).await.unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    asked.lock().unwrap().push(words[..2].join(" "));
    let mut server = TcpStream::connect(server).await.unwrap();
    if line.starts_with("CONNECT ") {
        let mut header = String::new();
        while header != "\r\n" {
            header.clear();
            client.read_line(&mut header).await.unwrap();
        }
        let answer = b"HTTP/1.1 200 Connected\r\n\r\n";
        client.write_all(answer).await.unwrap();
    } else {
        server.write_all(line.as_bytes()).await.unwrap();
    }
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

/// A service and a proxy to it, on a runtime beside the blocking test.
struct Bench {
    _runtime: tokio::runtime::Runtime,
    service: Simulator,
    proxy: Proxy,
    home: tempfile::TempDir,
}

impl Bench {
    fn new(certificate: Option<Certificate>) -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(1)
            .build()
            .unwrap();
        let (service, proxy) = runtime.block_on(async {
            let options = Options {
                contacts: 3,
                certificate,
                ..Options::default()
            };
            let anywhere = "127.0.0.1:0".parse().unwrap();
            let service = Simulator::start(anywhere, options).await.unwrap();
            let proxy = Proxy::to(service.address()).await;
            (service, proxy)
        });
        Bench {
            _runtime: runtime,
            service,
            proxy,
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// `whosin status` of somebody whom nobody knows: exit code 5 where a server was asked.
    fn status(&self, server: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        std::process::Command::new(env!("CARGO_BIN_EXE_whosin"))
            .env_clear()
            .envs(pty::environment(self.home.path()))
            .env("WHOSIN_APP_PASSWORD", "simulated")
            .envs(variables.iter().copied())
            .args(["--server", server, "--app-user", "whosin", "--user", "klmt"])
            .args(["status", "stranger@example.com"])
            .args(arguments)
            .output()
            .unwrap()
    }
}

const ASKED: Option<i32> = Some(5);
const NOT_REACHED: Option<i32> = Some(4);

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn plain_http_goes_through_the_proxy_that_http_proxy_names() {
    let bench = Bench::new(None);
    // A name that leads nowhere (RFC 6761 section 6.4): only the proxy knows a way.
    let server = "http://cup.invalid";
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let output = bench.status(server, &[], &[(name, &bench.proxy.url())]);
        assert_eq!(output.status.code(), ASKED, "{}", said(&output));
        let asked = bench.proxy.asked.lock().unwrap().split_off(0);
        assert_eq!(
            asked.first().map(String::as_str),
            Some("POST http://cup.invalid:8082/presence-service/soap"),
            "{name}"
        );
    }
    let output = bench.status(server, &[], &[("HTTPS_PROXY", &bench.proxy.url())]);
    assert_eq!(output.status.code(), NOT_REACHED);
    assert!(bench.proxy.asked().is_empty());
}

/// The name of the server, not the proxy's, has to be in the certificate, and the proxy sees
/// nothing but the name.
#[test]
fn https_goes_through_the_proxy_that_https_proxy_names_and_stays_secret() {
    let issuer = Authority::new("The company's");
    let bench = Bench::new(Some(issuer.issue(names(&["cup.invalid"]))));
    let file = file(bench.home.path(), &issuer.pem);
    let trust = ["--ca-file", file.to_str().unwrap()];
    let proxy = bench.proxy.url();
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let output = bench.status("cup.invalid", &trust, &[(name, &proxy)]);
        assert_eq!(output.status.code(), ASKED, "{}", said(&output));
        let asked = bench.proxy.asked.lock().unwrap().split_off(0);
        assert!(!asked.is_empty());
        assert!(asked.iter().all(|line| line == "CONNECT cup.invalid:8083"));
    }
    let output = bench.status("cup.invalid", &trust, &[("HTTP_PROXY", &proxy)]);
    assert_eq!(output.status.code(), NOT_REACHED);
    assert!(bench.proxy.asked().is_empty());

    let before = bench.service.tally().http_requests;
    let output = bench.status("other.invalid", &trust, &[("HTTPS_PROXY", &proxy)]);
    assert_eq!(output.status.code(), NOT_REACHED);
    assert!(said(&output).contains("not for 'other.invalid'"));
    assert_eq!(bench.service.tally().http_requests, before);
}

#[test]
fn a_socks_proxy_looks_the_name_up() {
    let shown = self_signed(names(&[]));
    let bench = Bench::new(Some(shown.clone()));
    let pin = fingerprint(&shown).to_string();
    let socks = format!("socks5h://{}", bench.proxy.address);
    let output = bench.status("cup.invalid", &["--pin", &pin], &[("ALL_PROXY", &socks)]);
    assert_eq!(output.status.code(), ASKED, "{}", said(&output));
    let asked = bench.proxy.asked();
    assert!(!asked.is_empty());
    assert!(
        asked.iter().all(|name| name == "cup.invalid:8083"),
        "{asked:?}"
    );
}

#[test]
fn no_proxy_keeps_the_proxy_out() {
    let bench = Bench::new(None);
    let proxy = bench.proxy.url();
    let proxies = |no: &'static str| [("HTTP_PROXY", proxy.clone()), ("NO_PROXY", no.into())];
    let status = |no| {
        let variables = proxies(no);
        let variables = variables
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        bench.status(&bench.service.url(), &[], &variables)
    };
    for no in [
        "127.0.0.1",
        "example.com, 127.0.0.0/8",
        "*",
        "example.com,*",
        "127.*",
        "[::1] 127.0.0.1",
    ] {
        let output = status(no);
        assert_eq!(output.status.code(), ASKED, "{}", said(&output));
        assert!(bench.proxy.asked().is_empty(), "{no}");
    }
    let output = status("example.com,127.0.0.2");
    assert_eq!(output.status.code(), ASKED, "{}", said(&output));
    assert!(!bench.proxy.asked().is_empty());
}

#[test]
fn no_proxy_takes_domains() {
    let bench = Bench::new(None);
    for no in ["invalid", ".invalid", "cup.invalid", "*"] {
        let variables = [("HTTP_PROXY", &*bench.proxy.url()), ("NO_PROXY", no)];
        let output = bench.status("http://cup.invalid", &[], &variables);
        assert_eq!(output.status.code(), NOT_REACHED, "{no}");
        assert!(bench.proxy.asked().is_empty(), "{no}");
    }
}

#[test]
fn a_proxy_that_makes_no_connection_is_told_as_such() {
    let bench = Bench::new(None);
    // A presence service is no proxy, and says so.
    let refuses = format!("http://{}", bench.service.address());
    let output = bench.status("cup.invalid", &[], &[("HTTPS_PROXY", &refuses)]);
    assert_eq!(output.status.code(), NOT_REACHED);
    let words = said(&output);
    assert!(words.contains("the proxy makes no connection"), "{words}");
    assert!(words.contains("NO_PROXY"), "{words}");
}

/// A proxy that wants to know who asks, and leads nobody anywhere.
fn suspicious(bench: &Bench) -> SocketAddr {
    bench._runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\
                              Proxy-Authenticate: Basic realm=\"x\"\r\n\
                              Content-Length: 0\r\nConnection: close\r\n\r\n";
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        address
    })
}

#[test]
fn a_proxy_that_wants_a_sign_in_says_so_with_tls_and_without() {
    let bench = Bench::new(None);
    let proxy = format!("http://{}", suspicious(&bench));
    for server in ["cup.invalid", "http://cup.invalid"] {
        let output = bench.status(server, &[], &[("ALL_PROXY", &proxy)]);
        assert_eq!(output.status.code(), NOT_REACHED, "{}", said(&output));
        let words = said(&output);
        assert!(words.contains("the proxy wants a sign-in"), "{words}");
        assert!(words.contains("USER:PASSWORD"), "{words}");
    }
}

#[test]
fn a_variable_that_names_no_proxy_is_a_mistake_that_is_named_without_its_value() {
    let bench = Bench::new(None);
    for name in ["HTTP_PROXY", "https_proxy", "ALL_PROXY"] {
        for value in [
            "http://user:geheim@",
            "gopher://user:geheim@proxy:3128",
            "http://user:geheim@proxy:port",
        ] {
            let output = bench.status("cup.invalid", &[], &[(name, value)]);
            assert_eq!(output.status.code(), Some(2), "{}", said(&output));
            let words = said(&output);
            assert!(words.contains(&format!("{name} names no proxy")), "{words}");
            assert!(!words.contains("geheim"), "{words}");
        }
    }
}

fn goes_straight(server: &str, no_proxy: &str) -> bool {
    let proxies = Proxies::read(|name| match name {
        "ALL_PROXY" => Some("proxy:3128".into()),
        "no_proxy" => Some(no_proxy.into()),
        _ => None,
    });
    let server = Endpoint::parse(server).unwrap();
    proxies.unwrap().for_server(server.url()).is_none()
}

#[test]
fn no_proxy_is_read_by_address_network_pattern_and_domain() {
    for (server, no_proxy) in [
        ("[::1]", "[::1]"),
        ("[::1]", "::1"),
        ("[::1]", "[::1]:8083"),
        ("[fd00::5]", "fd00::/8"),
        ("10.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "10.1.*"),
        ("10.1.2.3", "a.example.com,*,b"),
        ("cup.example.com", "example.com"),
        ("cup.example.com", ".EXAMPLE.com"),
        ("cup.example.com", "*.example.com"),
        ("cup.example.com:9000", "cup.example.com:9000"),
        ("10.1.2.3", "0.0.0.0/0"),
    ] {
        assert!(goes_straight(server, no_proxy), "{server} in {no_proxy}");
    }
    for (server, no_proxy) in [
        ("[::2]", "[::1]"),
        ("11.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "fd00::/8"),
        ("10.12.2.3", "10.1.*"),
        ("badexample.com", "example.com"),
        ("example.com", "*.example.com"),
        ("cup.example.com:9000", "cup.example.com:8083"),
        ("10.1.2.3", ""),
    ] {
        assert!(!goes_straight(server, no_proxy), "{server} in {no_proxy}");
    }
}

#[test]
fn the_demo_needs_no_proxy_to_find_its_own_service() {
    let mut pty = pty::Pty::start(pty::Start {
        arguments: &["demo", "--contacts", "3"],
        variables: &[("HTTP_PROXY", "http://127.0.0.1:1")],
        width: 100,
        height: 30,
    });
    pty.wait_for("presence", |text| {
        (text.contains(" ago") || text.contains("live")) && text.contains("free")
    });
    pty.send("q");
    assert_eq!(pty.wait_for_end(), 0);
}

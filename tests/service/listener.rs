//! Where the service calls: only the one path counts, and a storm of calls is one call.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use whosin::pws::Listener;

async fn listener() -> Listener {
    Listener::bind("127.0.0.1:0".parse().unwrap())
        .await
        .unwrap()
}

/// The status that a request is answered with.
async fn status(to: &Listener, head: &str, body: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(to.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // It may be answered and closed before the whole body is sent.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    let code = answer.split(' ').nth(1).unwrap_or_default();
    code.parse().unwrap_or_else(|_| panic!("'{answer}' came"))
}

async fn call(to: &Listener, method: &str, path: &str) -> u16 {
    let head = format!("{method} {path} HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n");
    status(to, &head, b"").await
}

async fn is_called(listener: &Listener) -> bool {
    timeout(Duration::from_millis(50), listener.called())
        .await
        .is_ok()
}

#[tokio::test]
async fn a_call_on_the_path_is_told() {
    let listener = listener().await;
    let path = format!("{}?id=7&eventType=PRESENCE_NOTIFICATION", listener.path());
    for method in ["GET", "POST"] {
        assert_eq!(call(&listener, method, &path).await, 200);
        assert!(is_called(&listener).await);
        assert!(!is_called(&listener).await, "one call is told once");
    }
}

#[tokio::test]
async fn anything_else_is_not_found_and_not_told() {
    let listener = listener().await;
    let path = listener.path().to_string();
    let cut = &path[..path.len() - 1];
    let longer = format!("{path}0");
    for other in ["/", "/favicon.ico", cut, &longer, &path.to_uppercase()] {
        // An upper-case token of digits alone would be the same.
        if other != path {
            assert_eq!(call(&listener, "GET", other).await, 404, "{other}");
        }
    }
    for method in ["PUT", "DELETE", "HEAD", "OPTIONS"] {
        assert_eq!(call(&listener, method, &path).await, 404, "{method}");
    }
    assert!(!is_called(&listener).await);
}

#[tokio::test]
async fn the_paths_of_two_listeners_have_nothing_in_common() {
    let (one, other) = (listener().await, listener().await);
    assert_ne!(one.path(), other.path());
    assert_eq!(one.path().len(), 33);
}

#[tokio::test]
async fn a_storm_of_calls_is_one_call() {
    let listener = listener().await;
    let path = listener.path().to_string();
    for _ in 0..1000 {
        assert_eq!(call(&listener, "GET", &path).await, 200);
    }
    assert!(is_called(&listener).await);
    assert!(!is_called(&listener).await);
}

#[tokio::test]
async fn a_body_is_not_read_and_a_huge_head_is_refused() {
    let listener = listener().await;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000000\r\n\r\n",
        listener.path()
    );
    assert_eq!(status(&listener, &head, &[b'x'; 1000]).await, 200);
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\n\r\n",
        listener.path(),
        "x".repeat(100_000)
    );
    assert_eq!(status(&listener, &head, b"").await, 431);
}

/// Connections that have begun a request and do not go on.
async fn begun(listener: &Listener, how_many: usize) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..how_many {
        let mut stream = TcpStream::connect(listener.address()).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
        streams.push(stream);
    }
    streams
}

/// How many of these the listener has not closed.
async fn still_open(streams: &mut [TcpStream]) -> usize {
    let mut open = 0;
    for stream in streams {
        let read = timeout(Duration::from_millis(1), stream.read(&mut [0; 64])).await;
        open += usize::from(read.is_err());
    }
    open
}

#[tokio::test]
async fn who_holds_connections_open_does_not_keep_the_service_out() {
    let listener = listener().await;
    let began = Instant::now();
    let mut slow = begun(&listener, 4 * Listener::AT_ONCE).await;
    assert_eq!(call(&listener, "GET", listener.path()).await, 200);
    assert!(is_called(&listener).await);
    // No connection has had its time yet.
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
    let open = still_open(&mut slow).await;
    assert!((1..Listener::AT_ONCE).contains(&open), "{open} are open");
}

#[tokio::test]
async fn a_connection_has_no_second_request_and_no_second_protocol() {
    let listener = listener().await;
    let one = format!("GET {} HTTP/1.1\r\nHost: here\r\n\r\n", listener.path());
    let mut stream = TcpStream::connect(listener.address()).await.unwrap();
    stream.write_all(one.repeat(500).as_bytes()).await.unwrap();
    let mut answers = Vec::new();
    // With requests unread, the end is a reset.
    let _ = stream.read_to_end(&mut answers).await;
    let answers = String::from_utf8(answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 1, "{answers}");
    assert!(is_called(&listener).await);
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0";
    let mut stream = TcpStream::connect(listener.address()).await.unwrap();
    stream.write_all(preface.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "{answer:?}");
    let upgrade = "GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    assert_eq!(status(&listener, upgrade, b"").await, 404);
    assert!(!is_called(&listener).await);
}

#[tokio::test]
async fn it_ends_with_its_owner() {
    let listener = listener().await;
    let address = listener.address();
    drop(listener);
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(address).await.is_ok() {
        assert!(Instant::now() < deadline, "it still listens");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

//! A network with troubles, between a client and a service.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the network does to what goes through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// Answers come this much later.
    Delay(Duration),
    /// Everything is lost, both ways, and nobody is told.
    Swallow,
    /// Instead of an answer the connection is reset.
    Reset,
    /// The connection ends in the middle of an answer.
    Cut,
    /// Answers trickle: so many bytes in a hundredth of a second.
    Slow(usize),
    /// Answers come with bytes that were not in them.
    Corrupt,
    /// A proxy answers with a page of its own.
    Html,
    /// Answers say that they are so many bytes longer than they are; or shorter.
    Length(isize),
}

/// A running network.
pub struct Network {
    address: SocketAddr,
    trouble: watch::Sender<Trouble>,
    open: Arc<AtomicUsize>,
    made: Arc<AtomicUsize>,
}

impl Network {
    /// The way to this address, without trouble yet. It ends with the runtime.
    pub async fn to(service: SocketAddr) -> Network {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let network = Network {
            address: listener.local_addr().unwrap(),
            trouble: watch::Sender::new(Trouble::None),
            open: Arc::default(),
            made: Arc::default(),
        };
        let trouble = network.trouble.subscribe();
        let (open, made) = (network.open.clone(), network.made.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                made.fetch_add(1, Ordering::Relaxed);
                let (trouble, open) = (trouble.clone(), Open::one_more(&open));
                tokio::spawn(async move {
                    // A service that is gone is gone for those who come by here, too.
                    if let Ok(far) = TcpStream::connect(service).await {
                        carry_both(near, far, trouble).await;
                    }
                    drop(open);
                });
            }
        });
        network
    }

    /// Where it begins.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on it does this, to connections that are open, too.
    pub fn make(&self, trouble: Trouble) {
        self.trouble.send_replace(trouble);
    }

    /// How many connections go through it.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// How many went through it so far.
    pub fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }
}

/// Counts a connection for as long as it lives.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn one_more(open: &Arc<AtomicUsize>) -> Open {
        open.fetch_add(1, Ordering::Relaxed);
        Open(open.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why a connection ends.
enum End {
    /// As one of the two wanted.
    Closed,
    /// By reset.
    Reset,
}

async fn carry_both(near: TcpStream, far: TcpStream, trouble: watch::Receiver<Trouble>) {
    let (mut from_near, mut to_near) = near.into_split();
    let (mut from_far, mut to_far) = far.into_split();
    let end = tokio::select! {
        end = carry_requests(&mut from_near, &mut to_far, &trouble) => end,
        end = carry_answers(&mut from_far, &mut to_near, &trouble) => end,
    };
    if let End::Reset = end {
        let near = to_near.reunite(from_near).unwrap();
        socket2::SockRef::from(&near)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    }
}

async fn carry_requests(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    trouble: &watch::Receiver<Trouble>,
) -> End {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let is_lost = *trouble.borrow() == Trouble::Swallow;
        if !is_lost && to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    End::Closed
}

async fn carry_answers(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    trouble: &watch::Receiver<Trouble>,
) -> End {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let answer = &mut buffer[..count];
        let now = *trouble.borrow();
        let carried = match now {
            Trouble::None => to.write_all(answer).await,
            Trouble::Delay(time) => {
                tokio::time::sleep(time).await;
                to.write_all(answer).await
            }
            Trouble::Swallow => Ok(()),
            Trouble::Reset => return End::Reset,
            Trouble::Cut => {
                let _ = to.write_all(&answer[..count / 2]).await;
                return End::Closed;
            }
            Trouble::Slow(bytes) => trickle(answer, bytes, to, trouble).await,
            Trouble::Corrupt => {
                let body = body_of(answer);
                answer[body..]
                    .iter_mut()
                    .step_by(61)
                    .for_each(|byte| *byte = 1);
                to.write_all(answer).await
            }
            Trouble::Html => {
                const PAGE: &str = "<html><head><title>Blocked</title></head><body/></html>";
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length:";
                let page = format!("{head} {}\r\n\r\n{PAGE}", PAGE.len());
                to.write_all(page.as_bytes()).await
            }
            Trouble::Length(wrong) => to.write_all(&with_length(answer, wrong)).await,
        };
        if carried.is_err() {
            break;
        }
    }
    End::Closed
}

async fn trickle(
    answer: &[u8],
    bytes: usize,
    to: &mut OwnedWriteHalf,
    trouble: &watch::Receiver<Trouble>,
) -> std::io::Result<()> {
    for (at, part) in answer.chunks(bytes).enumerate() {
        if *trouble.borrow() != Trouble::Slow(bytes) {
            return to.write_all(&answer[at * bytes..]).await;
        }
        to.write_all(part).await?;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// Where the body of an answer begins; 0 in what goes on with one.
fn body_of(answer: &[u8]) -> usize {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    end.map_or(0, |end| end + 4)
}

/// The answer with another number of bytes in its head.
fn with_length(answer: &[u8], wrong: isize) -> Vec<u8> {
    let body = body_of(answer);
    let head = String::from_utf8_lossy(&answer[..body]).into_owned();
    let lines = head.split_inclusive("\r\n").map(|line| {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match value.trim().parse::<isize>() {
            Ok(length) if name.eq_ignore_ascii_case("content-length") => {
                format!("{name}: {}\r\n", (length + wrong).max(1))
            }
            _ => line.to_string(),
        }
    });
    let mut whole = lines.collect::<String>().into_bytes();
    whole.extend_from_slice(&answer[body..]);
    whole
}

//! Servers that are no presence service.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey, SingleCertAndKey};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use whosin::http::{Fingerprint, Trust};

/// A server that lives as long as the test's runtime.
pub struct Server {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Server {
    /// All that any client has said.
    pub fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap().clone()
    }

    /// Says this to everybody who has said something, and hangs up.
    pub async fn saying(says: impl Into<Vec<u8>>) -> Server {
        let says = says.into();
        Server::start(move |mut stream, heard| {
            let says = says.clone();
            async move {
                heard.next(&mut stream).await;
                let _ = stream.write_all(&says).await;
                let _ = stream.shutdown().await;
                // What was not read would turn the end into a reset.
                heard.next(&mut stream).await;
            }
        })
        .await
    }

    /// Listens, and never says anything.
    pub async fn silent() -> Server {
        Server::start(|mut stream, heard| async move {
            heard.next(&mut stream).await;
            std::future::pending().await
        })
        .await
    }

    /// Answers every request over TLS with this; and the trust in its certificate.
    pub async fn secure(answer: impl Into<Vec<u8>>) -> (Server, Trust) {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).unwrap();
        let leaf: CertificateDer<'static> = made.cert.der().clone();
        let trust = Trust::Pins(vec![Fingerprint::of(&leaf)]);
        let versions = rustls::ALL_VERSIONS;
        let server = Server::showing(leaf, &made.signing_key, versions, answer).await;
        (server, trust)
    }

    /// Shows a certificate, and signs with a key that need not be the certificate's.
    pub async fn showing(
        leaf: CertificateDer<'static>,
        key: &rcgen::KeyPair,
        versions: &[&'static SupportedProtocolVersion],
        answer: impl Into<Vec<u8>>,
    ) -> Server {
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let key = ring::sign::any_supported_type(&key).unwrap();
        Server::signing(leaf, key, versions, answer).await
    }

    /// Shows a certificate, and signs with a key of any kind.
    pub async fn signing(
        leaf: CertificateDer<'static>,
        key: Arc<dyn SigningKey>,
        versions: &[&'static SupportedProtocolVersion],
        answer: impl Into<Vec<u8>>,
    ) -> Server {
        let shown = SingleCertAndKey::from(CertifiedKey::new(vec![leaf], key));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(shown));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let answer = answer.into();
        Server::start(move |stream, heard| {
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                while heard.next(&mut stream).await {
                    let _ = stream.write_all(&answer).await;
                }
            }
        })
        .await
    }

    async fn start<F>(serve: impl Fn(TcpStream, Heard) -> F + Send + Sync + 'static) -> Server
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Heard::default();
        let ears = heard.0.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, heard.clone()));
            }
        });
        Server {
            address,
            heard: ears,
        }
    }
}

#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    /// Hears what comes next; whether anything did.
    async fn next(&self, stream: &mut (impl AsyncReadExt + Unpin)) -> bool {
        let mut buffer = vec![0; 1 << 14];
        let count = stream.read(&mut buffer).await.unwrap_or(0);
        self.0.lock().unwrap().extend_from_slice(&buffer[..count]);
        count > 0
    }
}

//! The nodes that a domain names in DNS, of a server of DNS in the test.

use std::net::{SocketAddr, UdpSocket};

use whosin::directory::{Discovery, DiscoveryError, discover};

/// A server that answers every question with these records: priority, weight, port, host.
fn dns(records: &'static [(u16, u16, u16, &str)]) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            let question = &question[..length];
            // The name, and its type and class after it (RFC 1035, section 4.1.2).
            let name_ends = 12 + question[12..].iter().position(|&byte| byte == 0).unwrap();
            let asked = &question[12..name_ends + 5];
            let mut answer = question[..2].to_vec();
            let code = if records.is_empty() { 3 } else { 0 };
            answer.extend([0x81, 0x80 | code, 0, 1, 0, records.len() as u8, 0, 0, 0, 0]);
            answer.extend(asked);
            for (priority, weight, port, host) in records {
                let mut data = vec![];
                for number in [priority, weight, port] {
                    data.extend(number.to_be_bytes());
                }
                for label in host.split('.').filter(|label| !label.is_empty()) {
                    data.push(label.len() as u8);
                    data.extend(label.as_bytes());
                }
                data.push(0);
                answer.extend([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60]);
                answer.extend((data.len() as u16).to_be_bytes());
                answer.extend(data);
            }
            let _ = socket.send_to(&answer, from);
            // Who asks for that name, and no other.
            assert!(asked.windows(10).any(|part| part == b"_cisco-uds"));
        }
    });
    address
}

#[tokio::test]
async fn nodes_come_in_the_order_of_their_priorities_with_their_ports() {
    let server = dns(&[
        (20, 1, 8443, "late.example.com"),
        (10, 1, 9443, "early.example.com"),
    ]);
    let found = discover(&Discovery::at(server).unwrap(), "example.com")
        .await
        .unwrap();
    let found: Vec<String> = found.iter().map(|node| node.url().to_string()).collect();
    assert_eq!(
        found,
        [
            "https://early.example.com:9443/cucm-uds",
            "https://late.example.com:8443/cucm-uds"
        ]
    );
}

#[tokio::test]
async fn a_domain_without_such_records_has_no_directory() {
    for records in [&[][..], &[(0, 0, 0, ".")]] {
        let discovery = Discovery::at(dns(records)).unwrap();
        let error = discover(&discovery, "example.com").await.unwrap_err();
        assert!(matches!(error, DiscoveryError::Nothing { .. }), "{error}");
        assert!(error.to_string().contains("example.com"), "{error}");
    }
}

#[tokio::test]
async fn a_text_that_is_no_domain_is_not_asked_for() {
    let discovery = Discovery::at("127.0.0.1:9".parse().unwrap()).unwrap();
    for domain in ["", "a b", "x..y", &"a".repeat(300)] {
        assert!(discover(&discovery, domain).await.is_err(), "{domain}");
    }
}

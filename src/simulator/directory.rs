//! The directory of the call manager (Cisco UDS), where everybody stands by name, number and
//! department: by the rules of its API reference.

use std::fmt::Write;
use std::io;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use quick_xml::escape::escape;
use reqwest::Url;
use secrecy::ExposeSecret;

use super::http::{Body, never};
use super::node::Member;
use super::people::Person;
use super::session::Node;
use super::trouble::Trouble;
use super::world::{World, lock};

/// Where the directory is found on its host.
pub(super) const PATH: &str = "/cucm-uds";

/// The policy `UserSearchLimit`: a request that asks for more gets so many, without a word.
const LIMIT: usize = 64;

/// Answers one request.
pub(super) async fn exchange(
    member: Member,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let delay = {
        let mut world = lock(&member.world);
        world.tally.directory_requests += 1;
        let scenario = world.scenario();
        scenario.number(Trouble::DirectorySlow)
    };
    if let Some(seconds) = delay {
        tokio::time::sleep(Duration::from_secs(u64::from(seconds))).await;
    }
    let mut world = lock(&member.world);
    Ok(answer(&mut world, &member, &request))
}

fn answer(world: &mut World, member: &Member, request: &Request<Incoming>) -> Response<Body> {
    let scenario = world.scenario();
    let requests = world.tally.directory_requests;
    let due = |trouble| {
        let every = scenario.number(trouble).map(u64::from);
        every.is_some_and(|every| requests.is_multiple_of(every))
    };
    let Some(resource) = request.uri().path().strip_prefix(PATH) else {
        return page(StatusCode::NOT_FOUND);
    };
    if request.method() != Method::GET {
        let mut response = page(StatusCode::METHOD_NOT_ALLOWED);
        let allowed = HeaderValue::from_static("GET");
        response.headers_mut().insert(ALLOW, allowed);
        return response;
    }
    if due(Trouble::DirectoryHtml) {
        let status = [StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR];
        return page(status[world.rng.usize(..status.len())]);
    }
    let url = Url::parse(&format!("http://directory{}", request.uri()));
    let pairs: Vec<(String, String)> = match &url {
        Ok(url) => url.query_pairs().into_owned().collect(),
        Err(_) => vec![],
    };
    match resource {
        "/version" => xml(format!(
            "<versionInformation uri=\"{PATH}/version\" version=\"14.0.0\">\
             <version>14.0.0</version></versionInformation>"
        )),
        "/servers" => servers(member, request.headers()),
        "/users" => {
            let closed = scenario.number(Trouble::DirectorySignIn).unwrap_or(0);
            let place = match member.node {
                Node::First => 1,
                Node::Second => 2,
            };
            if place <= closed && !is_signed_in(world, request.headers()) {
                world.tally.directory_refusals += 1;
                let mut response = page(StatusCode::UNAUTHORIZED);
                let challenge = HeaderValue::from_static("Basic realm=\"Cisco UDS\"");
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                return response;
            }
            if member.node == Node::First && due(Trouble::DirectoryBusy) {
                return page(StatusCode::SERVICE_UNAVAILABLE);
            }
            let style = Style {
                is_capped: scenario.has(Trouble::DirectoryCapped),
                is_nameless: scenario.has(Trouble::DirectoryNameless),
                by_uri: scenario.has(Trouble::DirectoryUri),
            };
            xml(users(world, &pairs, style))
        }
        "/clusterUser" => {
            let find = |(name, value): &(String, String)| match name.as_str() {
                "username" | "email" | "useridentifier" => Some(value.clone()),
                _ => None,
            };
            let wanted = pairs.iter().find_map(find).unwrap_or_default();
            let people = world.population.everybody();
            let known = people.iter().any(|person| {
                let user = person.address.user();
                same(user, &wanted) || same(person.address.as_str(), &wanted)
            });
            xml(format!(
                "<clusterUser version=\"14.0.0\" uri=\"{PATH}/clusterUser\">\
                 <result found=\"{known}\"/></clusterUser>"
            ))
        }
        _ => page(StatusCode::NOT_FOUND),
    }
}

/// How the scenario has it written.
#[derive(Clone, Copy)]
struct Style {
    /// The count ends at the limit, and so do the pages, as on release 12.5.
    is_capped: bool,
    /// Nobody has a display name, as on release 10.
    is_nameless: bool,
    /// Addresses are made of the directory URI: the user id is a number.
    by_uri: bool,
}

/// The answer to a search.
fn users(world: &World, pairs: &[(String, String)], style: Style) -> String {
    let people = world.population.everybody().iter().enumerate();
    let mut found: Vec<(usize, &Person)> = people
        .filter(|(_, person)| {
            pairs
                .iter()
                .all(|(name, value)| matches(person, name, value))
        })
        .collect();
    found.sort_by_cached_key(|(_, person)| {
        (person.last.to_lowercase(), person.first.to_lowercase())
    });
    let number = |wanted: &str| {
        let found = pairs.iter().find(|(name, _)| name == wanted);
        found.and_then(|(_, value)| value.parse::<usize>().ok())
    };
    if style.is_capped {
        found.truncate(LIMIT);
    }
    let total = found.len();
    let start = number("start").unwrap_or(0);
    let asked = number("max").unwrap_or(LIMIT);
    let shown: Vec<_> = found
        .into_iter()
        .skip(start)
        .take(asked.min(LIMIT))
        .collect();
    let mut text = format!(
        "<users uri=\"{PATH}/users\" version=\"14.0.0\" start=\"{start}\" requestedCount=\"{asked}\" \
         returnedCount=\"{}\" totalCount=\"{total}\">",
        shown.len()
    );
    for (index, person) in shown {
        let user = if style.by_uri {
            format!("u{}", 1000 + index)
        } else {
            person.address.user().to_string()
        };
        let name = if style.is_nameless { "" } else { &person.name };
        let fields = [
            ("id", format!("{index:08x}-0000-4000-8000-000000000000")),
            ("userName", user),
            ("firstName", person.first.clone()),
            ("lastName", person.last.clone()),
            ("middleName", String::new()),
            ("displayName", name.to_string()),
            ("phoneNumber", person.number.clone()),
            ("mobileNumber", person.mobile.clone().unwrap_or_default()),
            ("email", person.address.to_string()),
            ("directoryUri", person.address.to_string()),
            ("department", person.group.clone()),
            ("title", person.title.clone().unwrap_or_default()),
        ];
        text.push_str("<user>");
        for (name, value) in fields {
            // Writing to a string cannot fail.
            let _ = match value.as_str() {
                "" => write!(text, "<{name}/>"),
                value => write!(text, "<{name}>{}</{name}>", escape(value)),
            };
        }
        text.push_str("</user>");
    }
    text.push_str("</users>");
    text
}

/// Whether a parameter lets a person through. One that selects nobody lets everybody through.
fn matches(person: &Person, parameter: &str, value: &str) -> bool {
    let digits = |text: &str| -> String {
        let is_written = |c: &char| !" ()+-".contains(*c);
        text.chars().filter(is_written).collect()
    };
    let mut numbers = [Some(&person.number), person.mobile.as_ref()]
        .into_iter()
        .flatten();
    match parameter {
        "name" => has_name(person, value),
        "first" => begins(&person.first, value),
        "last" => begins(&person.last, value),
        "username" => same(person.address.user(), value),
        "email" => same(person.address.as_str(), value),
        // Letter case counts here, unless the policy URILookupPolicy says otherwise.
        "uri" => person.address.as_str() == value,
        "number" => numbers.any(|number| digits(number).starts_with(&digits(value))),
        "numberlast" => numbers.any(|number| digits(number).ends_with(&digits(value))),
        _ => true,
    }
}

/// The rule for `name`: the words, of which the first three count, are beginnings of the first and
/// the last name in either order, however they are parted.
fn has_name(person: &Person, words: &str) -> bool {
    let words: Vec<&str> = words
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(3)
        .collect();
    let (first, last) = (&person.first, &person.last);
    let both = |one: &str, other: &str| {
        (begins(first, one) && begins(last, other)) || (begins(last, one) && begins(first, other))
    };
    match words[..] {
        [] => true,
        [word] => [first, last, person.address.as_str()]
            .into_iter()
            .any(|name| begins(name, word)),
        [one, other] => {
            let whole = format!("{one} {other}");
            both(one, other) || begins(last, &whole) || begins(first, &whole)
        }
        [one, two, three, ..] => {
            both(one, &format!("{two} {three}")) || both(&format!("{one} {two}"), three)
        }
    }
}

/// Whether a text begins with another, whatever their case.
fn begins(text: &str, start: &str) -> bool {
    text.to_lowercase().starts_with(&start.to_lowercase())
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Whether a request carries the name and password of an end user.
fn is_signed_in(world: &World, headers: &HeaderMap) -> bool {
    let given = headers.get(AUTHORIZATION).and_then(|value| {
        let encoded = value.to_str().ok()?.strip_prefix("Basic ")?;
        String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
    });
    given.is_some_and(|given| {
        let (user, password) = given.split_once(':').unwrap_or_default();
        let users = &world.end_users;
        let is_user = users.is_empty() || users.iter().any(|known| known == user);
        is_user && !user.is_empty() && password == world.application.1.expose_secret()
    })
}

/// The names of the nodes: as the client that asks reaches them.
fn servers(member: &Member, headers: &HeaderMap) -> Response<Body> {
    let route = super::http::route(headers, member.node, member.ports);
    xml(format!(
        "<servers uri=\"{PATH}/servers\" version=\"14.0.0\"><server>{}</server>\
         <server>{}</server></servers>",
        escape(route.to(Node::First)),
        escape(route.to(Node::Second)),
    ))
}

fn xml(text: String) -> Response<Body> {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>{text}");
    response(StatusCode::OK, "application/xml;charset=utf-8", text)
}

/// The web page that stands for every error.
fn page(status: StatusCode) -> Response<Body> {
    let text = format!(
        "<!DOCTYPE html><html><head><title>{status}</title></head>\
         <body><h1>HTTP Status {status}</h1><hr></body></html>"
    );
    response(status, "text/html;charset=utf-8", text)
}

fn response(status: StatusCode, content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Full::new(Bytes::from(text)).map_err(never).boxed());
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

//! One HTTP exchange: what the service's front does with a request before and after it is
//! understood, and what a scenario does to the answer.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, Limited, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{
    ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, RETRY_AFTER, SERVER,
    TRANSFER_ENCODING,
};
use hyper::{Method, Request, Response, StatusCode};
use roxmltree::Document;
use tokio::time::Instant;

use super::envelope::{self, Version};
use super::fate::{Fate, Throttled};
use super::fault::{Fault, Shape};
use super::node::{Member, Ports};
use super::schema::Refusal;
use super::service::Route;
use super::session::Node;
use super::tally::Recorded;
use super::trouble::Trouble;
use super::world::{World, lock};
use super::wsdl;

/// Where the service is found on its host.
pub(super) const PATH: &str = "/presence-service/soap";

/// The most bytes that a request may have.
const LARGEST_REQUEST: usize = 1 << 20;

/// What an answer's body is.
pub(super) type Body = BoxBody<Bytes, io::Error>;

/// Answers one request. An error makes the connection end without an answer.
pub(super) async fn exchange(
    member: Member,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let Member {
        world, node, ports, ..
    } = member;
    let _under_way = UnderWay::begin(&world);
    if request.uri().path() != PATH {
        return Ok(plain(StatusCode::NOT_FOUND, "Not found"));
    }
    let headers = request.headers();
    if request.method() != Method::POST {
        let wants_wsdl = request.uri().query().is_some_and(|query| {
            query.eq_ignore_ascii_case("wsdl") && request.method() == Method::GET
        });
        return Ok(if wants_wsdl {
            description(&lock(&world), headers, node, ports)
        } else {
            not_post(request.method())
        });
    }
    if !headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING) {
        let version = version_by_type(headers);
        let mut world = lock(&world);
        world.tally.without_length += 1;
        return Ok(faulty(&mut world, version, Fault::BODY_NOT_READ));
    }
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, LARGEST_REQUEST).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "Too large")),
    };
    let fate = {
        let mut world = lock(&world);
        let scenario = world.scenario();
        world.fate(&scenario, node, Instant::now())
    };
    let answer = |world: &Mutex<World>| answer(&mut lock(world), node, ports, &head.headers, &body);
    Ok(match fate {
        Fate::Served => answer(&world),
        Fate::Late(delay) => {
            tokio::time::sleep(delay).await;
            answer(&world)
        }
        Fate::Failed(fault) => {
            let version = version_of(&body);
            faulty(&mut lock(&world), version, fault)
        }
        Fate::Throttled(how) => throttled(&mut lock(&world), version_of(&body), how),
        Fate::Cut => cut(answer(&world)).await,
        Fate::Html => html(&mut lock(&world)),
        Fate::Empty => {
            let mut response = Response::new(Empty::new().map_err(never).boxed());
            let content_type = HeaderValue::from_static(version_of(&body).content_type());
            response.headers_mut().insert(CONTENT_TYPE, content_type);
            response
        }
        Fate::Hung => std::future::pending().await,
        Fate::Reset | Fate::Death => return Err(io::ErrorKind::ConnectionReset.into()),
    })
}

/// Counts a request as under way for as long as it lives.
struct UnderWay(Arc<Mutex<World>>);

impl UnderWay {
    fn begin(world: &Arc<Mutex<World>>) -> UnderWay {
        let tally = &mut lock(world).tally;
        tally.http_requests += 1;
        tally.in_flight += 1;
        tally.most_in_flight = tally.most_in_flight.max(tally.in_flight);
        UnderWay(world.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        lock(&self.0).tally.in_flight -= 1;
    }
}

/// Reads a request and does what it asks for.
fn answer(
    world: &mut World,
    node: Node,
    ports: Ports,
    headers: &HeaderMap,
    body: &[u8],
) -> Response<Body> {
    let Some(document) = std::str::from_utf8(body)
        .ok()
        .and_then(|text| Document::parse(text).ok())
    else {
        return faulty(world, version_by_type(headers), Fault::NOT_XML);
    };
    let version = envelope::version_of(&document);
    let call = match envelope::read(&document) {
        Ok(call) => call,
        Err(refusal) => return faulty(world, version, refusal),
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    world.record(Recorded {
        operation: call.operation,
        version,
        content_type: header(CONTENT_TYPE.as_str()).unwrap_or_default().to_owned(),
        action: header("soapaction").map(str::to_owned),
        body: String::from_utf8_lossy(body).into_owned(),
    });
    if let Some(fault) = world.doomed(call.operation) {
        return faulty(world, version, fault);
    }
    let route = route(headers, node, ports);
    let scenario = world.scenario();
    match world.serve(&call, &route, &scenario) {
        Ok(result) => soap(
            StatusCode::OK,
            version,
            envelope::answer(version, call.operation, result),
        ),
        Err(refusal) => faulty(world, version, refusal),
    }
}

/// How the client that sent these headers reaches the nodes.
pub(super) fn route(headers: &HeaderMap, node: Node, ports: Ports) -> Route {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or("127.0.0.1");
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    Route {
        node,
        first: format!("{host}:{}", ports.first),
        second: format!("{host}:{}", ports.second),
    }
}

/// The service's description (WSDL), which says where the client has found it.
fn description(world: &World, headers: &HeaderMap, node: Node, ports: Ports) -> Response<Body> {
    let scheme = if world.certificate.is_some() {
        "https"
    } else {
        "http"
    };
    let route = route(headers, node, ports);
    let location = format!("{scheme}://{}{PATH}", route.to(node));
    response(
        StatusCode::OK,
        "text/xml; charset=utf-8",
        wsdl::at(&location),
    )
}

/// The version of SOAP that the content type of a request names; 1.1 where it names none.
fn version_by_type(headers: &HeaderMap) -> Version {
    let content_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    match content_type {
        Some(content_type) if content_type.starts_with("application/soap+xml") => Version::Soap12,
        _ => Version::Soap11,
    }
}

/// The version of SOAP that a request seems to be in; 1.1 where it is unknown.
fn version_of(body: &[u8]) -> Version {
    let namespace = Version::Soap12.namespace().as_bytes();
    if body.windows(namespace.len()).any(|part| part == namespace) {
        Version::Soap12
    } else {
        Version::Soap11
    }
}

fn not_post(method: &Method) -> Response<Body> {
    if method == Method::GET || method == Method::HEAD {
        return plain(StatusCode::NOT_FOUND, "Not found");
    }
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    let allowed = HeaderValue::from_static("POST");
    response.headers_mut().insert(ALLOW, allowed);
    response
}

/// A fault: with HTTP 503 where the server is overloaded, else with 200, or with 500 where the
/// scenario says so.
fn faulty(world: &mut World, version: Version, refusal: impl Into<Refusal>) -> Response<Body> {
    let refusal = refusal.into();
    let scenario = world.scenario();
    let overloaded = match refusal {
        Refusal::Fault(fault) => {
            *world.tally.faults.entry(fault).or_default() += 1;
            fault.means_overload()
        }
        Refusal::Gsoap(_) => {
            world.tally.violations += 1;
            false
        }
    };
    let turn = world.rng.usize(..Shape::ALL.len());
    let shape = if scenario.has(Trouble::Unnumbered) {
        Shape::Unnumbered
    } else {
        world.shape.unwrap_or(Shape::ALL[turn])
    };
    let status = if overloaded {
        StatusCode::SERVICE_UNAVAILABLE
    } else if scenario.has(Trouble::Http500) {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::OK
    };
    soap(status, version, envelope::fault(version, refusal, shape))
}

fn throttled(world: &mut World, version: Version, how: Throttled) -> Response<Body> {
    let mut response = match how.fault {
        Some(fault) => faulty(world, version, fault),
        None => {
            world.tally.plain_503s += 1;
            plain(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable")
        }
    };
    if let Some(seconds) = how.retry_after {
        let value = HeaderValue::from(seconds);
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}

fn soap(status: StatusCode, version: Version, text: String) -> Response<Body> {
    response(status, version.content_type(), text)
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    response(status, "text/plain", text.to_owned())
}

/// A proxy's page; some proxies call it a success.
fn html(world: &mut World) -> Response<Body> {
    let page = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\
                <body><h1>Bad Gateway</h1><p>The proxy got no answer from the server.<br>\
                <hr>proxy.example.com</body></html>\n";
    let status = if world.rng.bool() {
        StatusCode::BAD_GATEWAY
    } else {
        StatusCode::OK
    };
    response(status, "text/html", page.to_owned())
}

fn response(status: StatusCode, content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Full::new(Bytes::from(text)).map_err(never).boxed());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(SERVER, HeaderValue::from_static("gSOAP/2.8"));
    response
}

pub(super) fn never(error: Infallible) -> io::Error {
    match error {}
}

/// An answer whose connection ends in the middle of it.
async fn cut(whole: Response<Body>) -> Response<Body> {
    let (mut head, body) = whole.into_parts();
    let Ok(body) = body.collect().await.map(|body| body.to_bytes()) else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error");
    };
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    let half = Ok(Frame::data(body.slice(..body.len() / 2)));
    let broken = async {
        // The half should be on its way before the connection breaks.
        tokio::time::sleep(Duration::from_millis(5)).await;
        Err(io::Error::from(io::ErrorKind::BrokenPipe))
    };
    let frames = stream::once(std::future::ready(half)).chain(stream::once(broken));
    Response::from_parts(head, BodyExt::boxed(StreamBody::new(frames)))
}

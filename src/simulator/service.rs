//! The operations of the service, each handed to the part that does it.

use tokio::time::Instant;

use super::envelope::{Call, Operation, SERVICE};
use super::fault::Fault;
use super::scenario::Scenario;
use super::schema::Refusal;
use super::session::{ApplicationKey, EndUserKey, Key, Node};
use super::world::World;
use super::xml::Element;

/// How a client reaches the nodes: host and port of each, as the client spells the host.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// The node that was asked.
    pub(super) node: Node,
    /// `host:port` of the first node.
    pub(super) first: String,
    /// `host:port` of the second.
    pub(super) second: String,
}

impl Route {
    pub(super) fn to(&self, node: Node) -> &str {
        match node {
            Node::First => &self.first,
            Node::Second => &self.second,
        }
    }
}

impl World {
    /// Does what a request asks for.
    pub(super) fn serve(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Refusal> {
        self.tidy(Instant::now());
        if matches!(call.operation, Operation::Login | Operation::Logout) {
            // What ends with a session that ends here may be news to those who watch.
            self.news.notify_one();
        }
        match call.operation {
            Operation::Login => self.login(call, route, scenario),
            Operation::Logout => self.logout(call, route),
            Operation::GetPolledPresence => self.poll(call, route, scenario),
            Operation::SetPresence => self.set_presence(call, route),
            Operation::RegisterEndPoint => self.register_end_point(call, route, scenario),
            Operation::UnregisterEndPoint => self.unregister_end_point(call, route),
            Operation::Subscribe => self.subscribe(call, route, scenario),
            Operation::Unsubscribe => self.unsubscribe(call, route),
            Operation::GetSubscribedPresence => self.fetch(call, route, scenario),
        }
    }

    /// The end user's key that a request carries.
    pub(super) fn end_user(&self, call: &Call<'_>, route: &Route) -> Result<EndUserKey, Fault> {
        match self.sessions.find(call.session_key, route.node)? {
            Key::EndUser(key) => Ok(key),
            Key::Application(_) => Err(Fault::NEEDS_END_USER),
        }
    }

    /// The application user's key that a request carries.
    pub(super) fn application(
        &self,
        call: &Call<'_>,
        route: &Route,
    ) -> Result<ApplicationKey, Fault> {
        match self.sessions.find(call.session_key, route.node)? {
            Key::Application(key) => Ok(key),
            Key::EndUser(_) => Err(Fault::NEEDS_APPLICATION),
        }
    }
}

/// The answer to a request that only succeeds or not.
pub(super) fn done(operation: Operation) -> Element {
    Element::new(SERVICE, format!("{}Response", operation.name()))
        .with(Element::new(SERVICE, "status").with_text("SUCCESS"))
}

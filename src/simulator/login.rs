//! `login` of both kinds of user, and `logout`.

use secrecy::ExposeSecret;

use super::envelope::{Call, Operation, SERVICE, child, text};
use super::fault::Fault;
use super::scenario::Scenario;
use super::schema::Refusal;
use super::service::{Route, done};
use super::session::{ApplicationKey, Existing, Key, Node};
use super::trouble::Trouble;
use super::world::World;
use super::xml::Element;

impl World {
    pub(super) fn login(
        &mut self,
        call: &Call<'_>,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Refusal> {
        let login = call.parameters;
        let user = child(login, "username").map(text).unwrap_or_default();
        if user.is_empty() {
            return Err(Fault::USER_NAME_EMPTY.into());
        }
        let existing = match login.attribute("force").map(str::trim) {
            Some("true" | "1") => Existing::End,
            Some("false" | "0") | None if scenario.has(Trouble::AlreadyIn) => Existing::Refuse,
            Some("false" | "0") | None => Existing::Reuse,
            Some(_) => return Err(Refusal::type_of("force")),
        };
        match (child(login, "password"), child(login, "app-session-id")) {
            (Some(password), None) => {
                let password = password.text().unwrap_or_default();
                if password.is_empty() {
                    return Err(Fault::PASSWORD_EMPTY.into());
                }
                self.login_application(user, password, existing, route, scenario)
            }
            (None, Some(key)) => {
                let application = match self.sessions.find(key.text(), route.node)? {
                    Key::Application(key) => key,
                    Key::EndUser(_) => return Err(Fault::NEEDS_APPLICATION.into()),
                };
                self.login_end_user(user, &application, existing, route, scenario)
            }
            _ => Err(Fault::LOGIN_TYPE.into()),
        }
    }

    fn login_application(
        &mut self,
        user: &str,
        password: &str,
        existing: Existing,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Refusal> {
        if let Some(code) = scenario.number(Trouble::RefuseApp) {
            return Err(Fault(code as u16).into());
        }
        let (name, secret) = &self.application;
        if user != name || password != secret.expose_secret() {
            return Err(Fault::LOGIN_FAILED.into());
        }
        let key = self
            .sessions
            .login_application(user, existing, &mut self.rng)?;
        self.tally.application_logins += 1;
        Ok(self.signed_in(key.as_str(), route, scenario))
    }

    fn login_end_user(
        &mut self,
        user: &str,
        application: &ApplicationKey,
        existing: Existing,
        route: &Route,
        scenario: &Scenario,
    ) -> Result<Element, Refusal> {
        if let Some(code) = scenario.number(Trouble::RefuseUser) {
            return Err(Fault(code as u16).into());
        }
        let known = self.end_users.is_empty() || self.end_users.iter().any(|name| name == user);
        if user.contains(char::is_whitespace) || !known {
            return Err(Fault::LOGIN_FAILED.into());
        }
        let elsewhere = scenario.has(Trouble::RedirectLoop)
            || (scenario.has(Trouble::Redirect) && route.node == Node::First);
        if elsewhere {
            let redirect = Element::new(SERVICE, "redirect")
                .with_attribute("primaryServer", route.to(route.node.other()))
                .with_attribute("backupServer", route.to(route.node));
            return Ok(Element::new(SERVICE, "loginResponse").with(redirect));
        }
        let key =
            self.sessions
                .login_end_user(user, application, route.node, existing, &mut self.rng)?;
        self.tally.end_user_logins += 1;
        Ok(self.signed_in(key.as_str(), route, scenario))
    }

    /// `success`, with the white space around the key that some releases write.
    fn signed_in(&mut self, key: &str, route: &Route, scenario: &Scenario) -> Element {
        let key = match self.rng.u8(..3) {
            0 => format!("\n{key}\n"),
            _ => key.to_owned(),
        };
        let mut success = Element::new(SERVICE, "success")
            .with(Element::new(SERVICE, "session-key").with_text(key));
        if scenario.has(Trouble::Backup) {
            success = success.with_attribute("backupServer", route.to(route.node.other()));
        }
        Element::new(SERVICE, "loginResponse").with(success)
    }

    pub(super) fn logout(&mut self, call: &Call<'_>, route: &Route) -> Result<Element, Refusal> {
        match self.sessions.find(call.session_key, route.node)? {
            Key::Application(key) => self.sessions.end_application(&key),
            Key::EndUser(key) => self.sessions.end_user(&key),
        }
        Ok(done(Operation::Logout))
    }
}

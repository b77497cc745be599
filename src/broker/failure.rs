//! What goes wrong with a connection to a broker, in words.

use rumqttc::{ConnectReturnCode, ConnectionError, StateError, SubscribeReasonCode};

use crate::link::Problem;
use crate::presence::clean;

/// Why the access list of a broker refuses.
pub(super) const NOT_ALLOWED: &str = "not allowed for this user";

/// Why a connection is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It may work again later.
    Lost(Problem),
    /// The broker refuses user or password.
    Refused(Problem),
}

impl Failure {
    /// The broker has taken the connection, and says nothing.
    pub fn silent(host: &str) -> Failure {
        Failure::Lost(Problem {
            what: format!("the broker {host} does not answer"),
            advice: "Is it a broker for MQTT 5?".into(),
        })
    }
}

/// Why the broker refuses a filter, in words; `None` where it takes it.
pub(super) fn refusal(code: &SubscribeReasonCode) -> Option<String> {
    Some(match code {
        SubscribeReasonCode::Success(_) => return None,
        SubscribeReasonCode::NotAuthorized => NOT_ALLOWED.into(),
        SubscribeReasonCode::QuotaExceeded => "too many subscriptions".into(),
        other => format!("{other:?}"),
    })
}

/// What went wrong, in words for people.
pub(super) fn failure(error: &ConnectionError, host: &str) -> Failure {
    let lost = |what: String, advice: &str| {
        Failure::Lost(Problem {
            what,
            advice: advice.into(),
        })
    };
    let code = match error {
        ConnectionError::ConnectionRefused(code) => Some(*code),
        ConnectionError::MqttState(StateError::ConnFail { reason }) => Some(*reason),
        _ => None,
    };
    match (code, error) {
        (
            Some(
                ConnectReturnCode::BadUserNamePassword
                | ConnectReturnCode::NotAuthorized
                | ConnectReturnCode::Banned,
            ),
            _,
        ) => Failure::Refused(Problem {
            what: format!("the broker {host} refuses the user or the password"),
            advice: "Check the user in the broker's address, and the password: \
                     WHOSIN_BROKER_PASSWORD, broker_password_command or broker_password."
                .into(),
        }),
        (Some(code), _) => lost(
            format!("the broker {host} does not take the connection ({code:?})"),
            "Is it a broker for MQTT 5?",
        ),
        (None, ConnectionError::Timeout(_)) => lost(
            format!("the broker {host} does not answer"),
            "Is the address right, and is it reached from here?",
        ),
        (None, ConnectionError::Tls(error)) => lost(
            format!("the broker {host}: {}", clean(&error.to_string())),
            "Trust its certificate by ca_file or pin, if it is the right one.",
        ),
        (None, ConnectionError::MqttState(StateError::ServerDisconnect { reason_code, .. })) => {
            lost(
                format!("the broker {host} ended the connection ({reason_code:?})"),
                "It is tried again.",
            )
        }
        (None, ConnectionError::MqttState(StateError::AwaitPingResp)) => {
            lost(format!("the broker {host} is silent"), "It is tried again.")
        }
        (None, other) => lost(
            format!(
                "the broker {host} is not reached: {}",
                clean(&other.to_string())
            ),
            "Is the address right, and does the broker run?",
        ),
    }
}

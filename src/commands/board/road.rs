//! The road from what serves an account to the board.

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use crate::board::{AccountId, AccountMessage, WorldMessage};
use crate::feed::{Gone, Sink, Update};
use crate::memory::keeper::{Inbox, News};
use crate::settings::Profile;

/// The road of one account to the board. What is kept for the next run goes to the keeper, too.
#[derive(Clone, Debug)]
pub struct Road {
    /// Whose road it is.
    pub account: AccountId,
    /// The profile that is joined; `None` for the board's own.
    pub profile: Option<Profile>,
    /// Where it leads.
    pub board: mpsc::Sender<WorldMessage>,
    /// Whoever keeps what the board learns of the account.
    pub keeper: Option<Inbox>,
    /// Changes with each poll.
    pub polled: watch::Sender<()>,
}

impl Road {
    /// Changes with each poll whose states went to the board: the moment to look at files, too.
    pub fn polled(&self) -> watch::Receiver<()> {
        self.polled.subscribe()
    }

    /// Brings a message to the board; one that is gone needs none.
    pub async fn send(&self, message: AccountMessage) {
        let _ = self.bring(message).await;
    }

    /// The same, for a thread that may wait.
    pub fn blocking_send(&self, message: AccountMessage) {
        self.keep(&message);
        let message = WorldMessage::Account(self.account, message);
        let _ = self.board.blocking_send(message);
    }

    /// Brings a line for the user to the board; one that is gone needs none.
    pub async fn notify(&self, words: String) {
        let _ = self.board.send(self.notice(words)).await;
    }

    /// A line for the user, behind the profile that it is of.
    fn notice(&self, words: String) -> WorldMessage {
        WorldMessage::Notice(match &self.profile {
            Some(profile) => format!("{profile}: {words}"),
            None => words,
        })
    }

    async fn bring(&self, message: AccountMessage) -> Result<(), Gone> {
        self.keep(&message);
        let message = WorldMessage::Account(self.account, message);
        self.board.send(message).await.map_err(|_| Gone)
    }

    fn keep(&self, message: &AccountMessage) {
        let Some(keeper) = &self.keeper else { return };
        match message {
            AccountMessage::Contacts(contacts) => keeper.put(News::Contacts(contacts.clone())),
            AccountMessage::Reports(reports) => keeper.put(News::Reports(reports.clone())),
            AccountMessage::Link(link) => {
                keeper.put(News::Link(link.clone().into(), Timestamp::now()))
            }
            _ => {}
        }
    }
}

impl Sink for Road {
    async fn send(&self, update: Update) -> Result<(), Gone> {
        let notice = match update {
            Update::Reports(reports) => {
                self.polled.send_replace(());
                return self.bring(AccountMessage::Reports(reports)).await;
            }
            Update::Link(link) => return self.bring(AccountMessage::Link(link)).await,
            Update::ClockSet(by) => return self.bring(AccountMessage::ClockSet(by)).await,
            Update::Notice(words) => words,
            Update::NewHost(host) => format!(
                "The service also names {host}, which you have not set: sign-ins may go there"
            ),
        };
        self.board.send(self.notice(notice)).await.map_err(|_| Gone)
    }
}

//! What is known of contacts at one moment, as programs read it: `status --json` prints it,
//! `last-seen.json` holds it. Schema 1: fields are only ever added.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use crate::board::{Entry, Remembered, Roster, Standing, Trouble};
use crate::contacts::Contact;
use crate::link::{LinkState, Mode};
use crate::presence::{Activity, Address, Availability, Device, Extras, Presence, UserInput, Why};

/// The schema that is written and understood.
pub const SCHEMA: u32 = 1;

/// What is known at one moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The origin of the server that was set: `https://host:port`.
    pub server: String,
    /// The end user whose view of presence it is.
    pub user: String,
    /// The moment.
    pub at: Timestamp,
    /// The board that wrote it and keeps it; `None` where none runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board: Option<Process>,
    /// Everybody who was asked for.
    pub contacts: Vec<Person>,
}

/// A running board, as it describes itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its process.
    pub pid: u32,
    /// In so many seconds at the latest it writes again, while the link is up.
    pub interval: u64,
    /// How its link is: `signing-in`, `up`, `trouble` or `refused`.
    pub link: LinkWord,
    /// What is wrong with the link.
    #[serde(default)]
    pub problem: Option<String>,
}

/// Where a link stands, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkWord {
    /// Signing in, with no trouble known.
    SigningIn,
    /// The last request was answered.
    Up,
    /// Not answered; it is tried again.
    Trouble,
    /// The sign-in was refused.
    Refused,
}

/// One contact and what is known of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// The address.
    pub uri: String,
    /// The contact book's name, else the document's.
    pub name: Option<String>,
    /// The contact book's group.
    pub group: Option<String>,
    /// The contact book's number.
    pub number: Option<String>,
    /// The contact book's number of the mobile phone.
    pub mobile: Option<String>,
    /// The contact book's department.
    pub department: Option<String>,
    /// The contact book's title of the job.
    pub title: Option<String>,
    /// The addresses that the contact has besides; the most available state shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// The contact book's note, which is the user's own.
    pub own_note: Option<String>,
    /// Whether the contact is pinned above all groups.
    pub pinned: bool,
    /// The last known state.
    pub availability: Availability,
    /// What the person does, by the names of the catalogue, most telling first.
    pub activities: Vec<String>,
    /// The state in words.
    pub label: String,
    /// The person's note.
    pub note: Option<String>,
    /// Since when, where the document states it.
    pub since: Option<Timestamp>,
    /// Until when, where the document states it.
    pub until: Option<Timestamp>,
    /// Whether nobody touched the keyboard for a while.
    pub idle: bool,
    /// Since when.
    pub idle_since: Option<Timestamp>,
    /// Whether the state was set by hand.
    pub set_by_hand: bool,
    /// The document's name.
    pub display_name: Option<String>,
    /// See [`Extras`], also for all up to `im_status`.
    pub mood: Vec<String>,
    #[allow(missing_docs, reason = "as Extras says")]
    pub place_type: Vec<String>,
    #[allow(missing_docs, reason = "as Extras says")]
    pub place_is: Vec<String>,
    #[allow(missing_docs, reason = "as Extras says")]
    pub privacy: Vec<String>,
    #[allow(missing_docs, reason = "as Extras says")]
    pub relationship: Option<String>,
    #[allow(missing_docs, reason = "as Extras says")]
    pub sphere: Option<String>,
    #[allow(missing_docs, reason = "as Extras says")]
    pub service_class: Option<String>,
    #[allow(missing_docs, reason = "as Extras says")]
    pub status_icon: Option<String>,
    /// Minutes from UTC.
    pub time_offset: Option<i32>,
    #[allow(missing_docs, reason = "as Extras says")]
    pub phone_status: Option<String>,
    #[allow(missing_docs, reason = "as Extras says")]
    pub im_status: Option<String>,
    #[allow(missing_docs, reason = "as Extras says")]
    pub remarks: Vec<String>,
    /// When the state came from the server last; where it never did, when it was polled.
    pub asked_at: Option<Timestamp>,
    /// Which rule decided the state; `None` where the server never sent one.
    pub why: Option<Why>,
    /// Whether the state was known to be true at the moment of the snapshot.
    pub fresh: bool,
    /// Why the server's answer for this contact is none.
    pub error: Option<String>,
    /// One for each device or service.
    pub devices: Vec<PersonsDevice>,
}

/// A device or service of a person; see [`Device`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "as Device says, which has the same fields")]
pub struct PersonsDevice {
    pub id: String,
    pub open: Option<bool>,
    pub activities: Vec<String>,
    pub capabilities: Vec<String>,
    pub note: Option<String>,
    /// Since when nobody is at it.
    pub idle: Option<Timestamp>,
    /// `active` or `idle`, where it says so.
    pub user_input: Option<String>,
    pub media_types: Vec<String>,
    pub contact: Option<String>,
    /// 0 to 1.
    pub priority: Option<f64>,
    pub relationship: Option<String>,
    pub service_class: Option<String>,
    pub source: Option<String>,
    pub reported: Option<Timestamp>,
}

impl Process {
    /// This process, while its link is as the roster says.
    ///
    /// `pause` is the longest time in seconds between two writings while answers come.
    pub fn this(roster: &Roster, pause: u64) -> Process {
        /// While notifications come, there is a poll once in this time.
        const LIVE: u64 = 60;
        let link = roster.link();
        let (word, problem) = match &link.state {
            LinkState::SigningIn => (LinkWord::SigningIn, None),
            LinkState::Up => (LinkWord::Up, None),
            LinkState::Trouble { problem, .. } => (LinkWord::Trouble, Some(problem.what.clone())),
            LinkState::Refused { problem, .. } => (LinkWord::Refused, Some(problem.what.clone())),
        };
        let interval = match link.mode {
            Mode::Every(interval) => interval.as_secs(),
            Mode::Live => LIVE,
        };
        Process {
            pid: std::process::id(),
            interval: interval.max(pause),
            link: word,
            problem,
        }
    }
}

/// A snapshot without its contacts.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    schema: u32,
    server: String,
    user: String,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    board: Option<Process>,
}

impl Head {
    /// The head of a snapshot at `at` of what the user of a server sees, kept by `board`.
    pub fn new(server: &str, user: &str, board: Option<Process>, at: Timestamp) -> Head {
        Head {
            schema: SCHEMA,
            server: server.into(),
            user: user.into(),
            at: seconds(at),
            board,
        }
    }
}

/// A [`Snapshot`] that is written contact by contact, where a copy of all would take much memory.
#[derive(Debug, Serialize)]
pub struct Stream<'a> {
    #[serde(flatten)]
    head: &'a Head,
    contacts: People<'a>,
}

impl<'a> Stream<'a> {
    /// What these entries say, where states confirmed before `confirmed_after` are stale.
    pub fn of(head: &'a Head, entries: &'a [Entry], confirmed_after: Timestamp) -> Stream<'a> {
        let at = head.at;
        let contacts = People {
            entries,
            confirmed_after,
            at,
        };
        Stream { head, contacts }
    }
}

#[derive(Debug)]
struct People<'a> {
    entries: &'a [Entry],
    confirmed_after: Timestamp,
    at: Timestamp,
}

impl Serialize for People<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.entries.iter();
        serializer.collect_seq(entries.map(|one| Person::of(one, self.confirmed_after, self.at)))
    }
}

impl Snapshot {
    /// What these entries say at `at`, where states confirmed before `confirmed_after` are stale.
    pub fn of(
        server: String,
        user: String,
        entries: &[Entry],
        confirmed_after: Timestamp,
        at: Timestamp,
    ) -> Snapshot {
        Snapshot {
            schema: SCHEMA,
            server,
            user,
            at: seconds(at),
            board: None,
            contacts: entries
                .iter()
                .map(|entry| Person::of(entry, confirmed_after, at))
                .collect(),
        }
    }

    /// What a later run can remember of it.
    pub fn remembered(&self) -> Vec<(Address, Remembered)> {
        let one = |person: &Person| {
            let remembered = Remembered {
                presence: Arc::new(person.presence()?),
                asked_at: person.asked_at?,
            };
            Some((Address::parse(&person.uri).ok()?, remembered))
        };
        self.contacts.iter().filter_map(one).collect()
    }
}

impl Person {
    /// What is known at `at` of a contact, where states confirmed before `confirmed_after` are stale.
    pub fn of(entry: &Entry, confirmed_after: Timestamp, at: Timestamp) -> Person {
        let asked_at = entry
            .asked_at()
            .or(entry.trouble.as_ref().map(|_| at))
            .map(seconds);
        let error = match &entry.trouble {
            Some(Trouble::Refused(words) | Trouble::Unreadable(words)) => Some(words.clone()),
            Some(Trouble::NotAnswered) | None => None,
        };
        let of_presence = entry.presence().map(Person::of_presence).unwrap_or(Person {
            label: Availability::Unknown.label().into(),
            ..Person::default()
        });
        Person {
            uri: entry.contact.address.to_string(),
            name: entry
                .contact
                .name
                .clone()
                .or(of_presence.display_name.clone()),
            group: entry.contact.group.clone(),
            number: entry.contact.number.clone(),
            mobile: entry.contact.mobile.clone(),
            department: entry.contact.department.clone(),
            title: entry.contact.title.clone(),
            also: entry
                .contact
                .others()
                .map(|other| other.to_string())
                .collect(),
            own_note: entry.contact.note.clone(),
            pinned: entry.contact.pinned,
            asked_at,
            fresh: entry.standing(confirmed_after) == Standing::Fresh,
            error,
            ..of_presence
        }
    }

    /// A contact that nobody has asked for.
    pub fn not_asked(contact: &Contact) -> Person {
        let now = Timestamp::UNIX_EPOCH;
        Person::of(&Entry::new(contact.clone()), now, now)
    }

    /// The part that is the presence's own.
    fn of_presence(presence: &Presence) -> Person {
        let extras = presence.extras.as_deref().cloned().unwrap_or_default();
        Person {
            availability: presence.availability,
            activities: names(&presence.activities),
            label: presence.label().into(),
            note: presence.note.clone(),
            since: presence.since.map(seconds),
            until: presence.until.map(seconds),
            idle: presence.idle,
            idle_since: presence.idle_since.map(seconds),
            set_by_hand: presence.set_by_hand,
            display_name: presence.display_name.clone(),
            mood: extras.moods,
            place_type: extras.place_types,
            place_is: extras.place_is,
            privacy: extras.privacy,
            relationship: extras.relationship,
            sphere: extras.sphere,
            service_class: extras.service_class,
            status_icon: extras.status_icon,
            time_offset: extras.time_offset_minutes,
            phone_status: extras.phone_status,
            im_status: extras.im_status,
            remarks: extras.remarks,
            why: Some(presence.why),
            devices: presence.devices.iter().map(PersonsDevice::of).collect(),
            ..Person::default()
        }
    }

    /// The state; `None` where the server never sent one.
    pub fn presence(&self) -> Option<Presence> {
        let mut activities = activities(&self.activities);
        // The name of 'other' says nothing; its text is the label, where it leads.
        if let Some(first) = activities
            .first_mut()
            .filter(|first| first.name() == "other")
            && self.label != self.availability.label()
        {
            *first = Activity::other(&self.label);
        }
        let extras = Extras {
            moods: self.mood.clone(),
            place_types: self.place_type.clone(),
            place_is: self.place_is.clone(),
            privacy: self.privacy.clone(),
            relationship: self.relationship.clone(),
            sphere: self.sphere.clone(),
            service_class: self.service_class.clone(),
            status_icon: self.status_icon.clone(),
            time_offset_minutes: self.time_offset,
            phone_status: self.phone_status.clone(),
            im_status: self.im_status.clone(),
            remarks: self.remarks.clone(),
        };
        Some(Presence {
            availability: self.availability,
            activities,
            why: self.why?,
            note: self.note.clone(),
            since: self.since,
            until: self.until,
            idle_since: self.idle_since,
            idle: self.idle,
            set_by_hand: self.set_by_hand,
            display_name: self.display_name.clone(),
            devices: self.devices.iter().map(PersonsDevice::device).collect(),
            extras: (extras != Extras::default()).then(|| Box::new(extras)),
        })
    }

    /// The name to show: the book's or the document's, else the user part of the address.
    pub fn shown_name(&self) -> &str {
        let user = || {
            self.uri
                .rsplit_once('@')
                .map_or(&*self.uri, |(user, _)| user)
        };
        self.name.as_deref().unwrap_or_else(user)
    }
}

impl PersonsDevice {
    fn of(device: &Device) -> PersonsDevice {
        PersonsDevice {
            id: device.id.clone(),
            open: device.open,
            activities: names(&device.activities),
            capabilities: device.capabilities.clone(),
            note: device.note.clone(),
            idle: device
                .user_input
                .and_then(UserInput::idle_since)
                .map(seconds),
            user_input: device.user_input.map(|input| match input {
                UserInput::Active => "active".into(),
                UserInput::Idle(_) => "idle".into(),
            }),
            media_types: device.media_types.clone(),
            contact: device.contact.clone(),
            priority: device
                .priority
                .map(|thousandths| f64::from(thousandths) / 1000.0),
            relationship: device.relationship.clone(),
            service_class: device.service_class.clone(),
            source: device.source.clone(),
            reported: device.reported.map(seconds),
        }
    }

    fn device(&self) -> Device {
        Device {
            id: self.id.clone(),
            open: self.open,
            activities: activities(&self.activities),
            capabilities: self.capabilities.clone(),
            media_types: self.media_types.clone(),
            contact: self.contact.clone(),
            priority: self
                .priority
                .map(|part| (part * 1000.0).round().clamp(0.0, 1000.0) as u16),
            note: self.note.clone(),
            user_input: match self.user_input.as_deref() {
                Some("active") => Some(UserInput::Active),
                Some("idle") => Some(UserInput::Idle(self.idle)),
                _ => None,
            },
            relationship: self.relationship.clone(),
            service_class: self.service_class.clone(),
            source: self.source.clone(),
            reported: self.reported,
        }
    }
}

fn names(activities: &[Activity]) -> Vec<String> {
    activities
        .iter()
        .map(|activity| activity.name().into())
        .collect()
}

fn activities(names: &[String]) -> Vec<Activity> {
    names.iter().map(|name| Activity::named(name)).collect()
}

/// Whole seconds: nobody needs more, and they read better.
fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

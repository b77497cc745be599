//! The rules that turn the facts of a document into a state.

use jiff::Timestamp;

use super::pidf::{Document, Note, Person};
use super::{Activity, Availability, Device, Extras, Presence, Why};

impl Document {
    /// The state that the document tells at `now`, with notes in the first of `languages` that
    /// they come in (language tags, the user's own first; English and then any follow).
    pub fn presence(&self, now: Timestamp, languages: &[&str]) -> Presence {
        let counting = |activities: &[Activity]| -> Vec<Activity> {
            activities
                .iter()
                .filter(|activity| activity.counts_at(now))
                .cloned()
                .collect()
        };
        let of_person: Vec<Activity> = self
            .persons
            .iter()
            .flat_map(|person| counting(&person.activities))
            .collect();
        let devices: Vec<Device> = self
            .tuples
            .iter()
            .map(|tuple| {
                let mut activities = counting(&tuple.activities);
                order(&mut activities);
                Device {
                    activities,
                    ..tuple.clone()
                }
            })
            .collect();
        let of_devices: Vec<Activity> = devices
            .iter()
            .flat_map(|device| device.activities.iter().cloned())
            .collect();

        let (availability, why) = if let Some(decided) = decide(&of_person) {
            (decided, Why::Person)
        } else if let Some(decided) = decide(&of_devices) {
            (decided, Why::Device)
        } else if says_unknown(&of_person) || says_unknown(&of_devices) {
            (Availability::Unknown, Why::OnlyUnknown)
        } else if devices.iter().any(|device| device.open == Some(true)) {
            (Availability::Available, Why::OpenDevice)
        } else if devices.iter().any(|device| device.open == Some(false)) {
            (Availability::Unavailable, Why::ClosedDevices)
        } else {
            (Availability::Unknown, Why::Nothing)
        };

        let mut activities = of_person;
        for activity in of_devices {
            if !activities
                .iter()
                .any(|known| known.name() == activity.name())
            {
                activities.push(activity);
            }
        }
        let idle = self.persons.iter().find(|person| person.idle);
        let all_idle = !devices.is_empty() && devices.iter().all(|device| device.idle);
        let is_idle = idle.is_some() || all_idle;
        if is_idle && availability == Availability::Available {
            activities.push(Activity::named("idle"));
        }
        order(&mut activities);
        lead_with(&mut activities, availability);

        let note = self
            .persons
            .iter()
            .find_map(|person| pick(&person.notes, languages))
            .or_else(|| pick(&self.tuple_notes, languages))
            .or_else(|| pick(&self.notes, languages));
        let said = |fact: fn(&Person) -> Option<Timestamp>| self.persons.iter().find_map(fact);
        Presence {
            availability,
            why,
            note: note.map(String::from),
            since: said(|person| person.since),
            until: activities.first().and_then(|activity| activity.until),
            idle: is_idle,
            idle_since: match idle {
                Some(person) => person.idle_since,
                None if all_idle => devices.iter().filter_map(|device| device.idle_since).max(),
                None => None,
            },
            set_by_hand: self.set_by_hand,
            display_name: self
                .persons
                .iter()
                .find_map(|person| person.display_name.clone()),
            extras: extras(&self.persons),
            activities,
            devices,
        }
    }
}

impl Presence {
    /// The state of a BASIC_PRESENCE answer (`presenceStatus`). An unlisted word is unknown.
    pub fn basic(status: &str) -> Presence {
        let name = match status.trim().to_uppercase().as_str() {
            "AVAILABLE" => "available",
            "BUSY" => "busy",
            "DND" => "dnd",
            "AWAY" => "away",
            "UNAVAILABLE" => "unavailable",
            "VACATION" => "vacation",
            _ => "unknown",
        };
        let activity = Activity::named(name);
        let availability = activity
            .kind()
            .and_then(|kind| kind.availability())
            .unwrap_or(Availability::Unknown);
        Presence {
            why: Why::Basic,
            ..Presence::of(availability, vec![activity])
        }
    }

    fn of(availability: Availability, activities: Vec<Activity>) -> Presence {
        Presence {
            availability,
            activities,
            why: Why::Nothing,
            note: None,
            since: None,
            until: None,
            idle_since: None,
            idle: false,
            set_by_hand: false,
            display_name: None,
            devices: Vec::new(),
            extras: None,
        }
    }
}

/// The most restrictive availability that the activities speak for. `unknown` speaks for none.
fn decide(activities: &[Activity]) -> Option<Availability> {
    let restricts = |availability: &Availability| match availability {
        Availability::Dnd => 0,
        Availability::Busy => 1,
        Availability::Away => 2,
        Availability::Available => 3,
        Availability::Unavailable => 4,
        Availability::Unknown => 5,
    };
    let said = activities
        .iter()
        .filter_map(|activity| activity.kind()?.availability());
    said.filter(|&availability| availability != Availability::Unknown)
        .min_by_key(restricts)
}

fn says_unknown(activities: &[Activity]) -> bool {
    activities
        .iter()
        .any(|activity| activity.name() == "unknown")
}

/// The most telling first.
fn order(activities: &mut [Activity]) {
    let rank = |activity: &Activity| activity.kind().map_or(u8::MAX, |kind| kind.rank());
    activities.sort_by_key(rank);
}

/// What leads must speak for the state that was decided: a device's call may be known beside a
/// person's lunch, but it is lunch that is shown.
fn lead_with(activities: &mut [Activity], availability: Availability) {
    let speaks = |activity: &Activity| {
        activity.kind().and_then(|kind| kind.availability()) == Some(availability)
    };
    if let Some(at) = activities.iter().position(speaks) {
        activities[..=at].rotate_right(1);
    }
}

/// The note in the first of the languages, else in English, else the first.
fn pick<'a>(notes: &'a [Note], languages: &[&str]) -> Option<&'a str> {
    let primary = |tag: &str| {
        tag.split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_lowercase()
    };
    let in_language = |wanted: &str| {
        let speaks = |note: &&Note| note.language.as_deref().map(primary) == Some(primary(wanted));
        notes.iter().find(speaks)
    };
    let wanted = languages.iter().copied().chain(["en"]);
    wanted
        .filter_map(in_language)
        .chain(notes.first())
        .map(|note| note.text.as_str())
        .next()
}

/// What several persons say, together: the first that says something of a thing is believed.
fn extras(persons: &[Person]) -> Option<Box<Extras>> {
    let mut all = Extras::default();
    for Person { extras: one, .. } in persons {
        let list = |all: &mut Vec<String>, one: &[String]| {
            if all.is_empty() {
                all.extend_from_slice(one);
            }
        };
        list(&mut all.moods, &one.moods);
        list(&mut all.place_types, &one.place_types);
        list(&mut all.place_is, &one.place_is);
        list(&mut all.privacy, &one.privacy);
        let word = |all: &mut Option<String>, one: &Option<String>| {
            if all.is_none() {
                all.clone_from(one);
            }
        };
        word(&mut all.relationship, &one.relationship);
        word(&mut all.sphere, &one.sphere);
        word(&mut all.service_class, &one.service_class);
        word(&mut all.phone_status, &one.phone_status);
        word(&mut all.im_status, &one.im_status);
        all.time_offset_minutes = all.time_offset_minutes.or(one.time_offset_minutes);
    }
    (all != Extras::default()).then(|| Box::new(all))
}

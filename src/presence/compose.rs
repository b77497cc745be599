//! The rules that turn the facts of a document into a state.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::pidf::{Document, Note};
use super::rpid::{Bounds, Fact, What};
use super::tuple::Tuple;
use super::{Activity, Availability, Device, Extras, Presence, UserInput, Why};

impl Document {
    /// The state that the document tells at `now`, with notes in the first of `languages` that
    /// they come in (language tags, the user's own first; English and then any follow).
    pub fn presence(mut self, now: Timestamp, languages: &[&str]) -> Presence {
        let of_person = counting(
            self.persons.iter().flat_map(|person| &person.activities),
            now,
        );
        let of_tuples = counting(self.own().flat_map(|tuple| &tuple.device.activities), now);
        let (availability, why) = self.decide(&of_person, &of_tuples, now);

        let since = self.since(&of_person, availability, why, now);
        let note = self.note(now, languages).map(String::from);
        let facts = self.persons.iter().flat_map(|person| &person.facts);
        let extras = extras(facts, self.oddities.remarks(), now);
        let set_by_hand = self.tuples.iter().any(is_set_by_hand);
        let display_name = self.display_name();
        let mut activities: Vec<Activity> = Vec::with_capacity(of_person.len() + of_tuples.len());
        for activity in of_person.into_iter().chain(of_tuples) {
            let same = |known: &Activity| known.what_is_the_same(activity);
            if !activities.iter().any(same) {
                activities.push(activity.clone());
            }
        }
        let devices = self.take_devices(now, languages);
        let (idle, idle_since) = self.idle(&devices);
        let is_listed = activities.iter().any(|one| one.name() == "idle");
        if idle && availability == Availability::Available && !is_listed {
            activities.push(Activity::named("idle"));
        }
        activities.sort_by(most_telling);
        lead_with(&mut activities, availability);

        Presence {
            availability,
            why,
            note,
            since,
            until: activities.first().and_then(|activity| activity.until),
            idle,
            idle_since,
            set_by_hand,
            display_name,
            extras,
            activities,
            devices,
        }
    }

    /// The tuples that are the presentity's own: somebody else's say nothing of the person.
    fn own(&self) -> impl Iterator<Item = &Tuple> {
        self.tuples.iter().filter(|tuple| !tuple.is_of_another)
    }

    /// The availability, and by which rule. Nobody is available while something is said that
    /// cannot be read.
    fn decide(
        &self,
        of_person: &[&Activity],
        of_tuples: &[&Activity],
        now: Timestamp,
    ) -> (Availability, Why) {
        let decided = self.decide_by_rule(of_person, of_tuples, now);
        let of_persons = self.persons.iter().map(|person| person.unclear);
        let mut unclear = of_persons.chain(self.own().map(|tuple| tuple.unclear));
        let holds = |bounds: Option<Bounds>| bounds.is_some_and(|bounds| bounds.hold_at(now));
        if decided.0 == Availability::Available && unclear.any(holds) {
            (Availability::Unknown, Why::Unclear)
        } else {
            decided
        }
    }

    /// The first rule that applies. `unknown` is believed only where nothing else is said: an
    /// open tuple says something, a closed one beside it does not, for that is how a server
    /// answers for an address that it does not know.
    fn decide_by_rule(
        &self,
        of_person: &[&Activity],
        of_tuples: &[&Activity],
        now: Timestamp,
    ) -> (Availability, Why) {
        let is = |open: bool| move |tuple: &Tuple| tuple.open_at(now) == Some(open);
        let says = |open: bool| self.own().any(is(open));
        let person_is = |open: bool| self.persons.iter().any(|person| person.open == Some(open));
        let reached = |tuple: &Tuple| is(true)(tuple) && !tuple.is_not_reached;
        if let Some(decided) = decide(of_person) {
            (decided, Why::Person)
        } else if let Some(decided) = decide(of_tuples) {
            (decided, Why::Device)
        } else if person_is(false) && !person_is(true) {
            (Availability::Unavailable, Why::Person)
        } else if self.own().any(reached) {
            (Availability::Available, Why::OpenDevice)
        } else if says(true) {
            (Availability::Dnd, Why::NotWilling)
        } else if says_unknown(of_person) || says_unknown(of_tuples) {
            (Availability::Unknown, Why::OnlyUnknown)
        } else if says(false) {
            (Availability::Unavailable, Why::ClosedDevices)
        } else if person_is(true) {
            (Availability::Available, Why::Person)
        } else {
            (Availability::Unknown, Why::Nothing)
        }
    }

    /// The devices: the tuples, with what the `device` element of the same `deviceID` says beside
    /// them, and the `device` elements that no tuple belongs to.
    fn take_devices(&mut self, now: Timestamp, languages: &[&str]) -> Vec<Device> {
        let mut tuples = std::mem::take(&mut self.tuples);
        for element in std::mem::take(&mut self.devices) {
            let is_same =
                |tuple: &Tuple| tuple.device_id.is_some() && tuple.device_id == element.device_id;
            if tuples.iter().any(is_same) {
                let same = tuples.iter_mut().filter(|tuple| is_same(tuple));
                same.for_each(|tuple| tuple.learn_from(&element));
            } else {
                tuples.push(element);
            }
        }
        tuples.retain(|tuple| !is_set_by_hand(tuple));
        // Collected, they would keep the room of the tuples, which is several times theirs.
        let mut devices = Vec::with_capacity(tuples.len());
        devices.extend(tuples.into_iter().map(|tuple| tuple.device(now, languages)));
        devices
    }

    /// Whether the person is idle, and since when: by their own word, else where every device
    /// that says something of it is.
    fn idle(&self, devices: &[Device]) -> (bool, Option<Timestamp>) {
        let of_person = self.persons.iter().find_map(|person| person.user_input);
        if let Some(input) = of_person {
            return (input.is_idle(), input.idle_since());
        }
        let own = || devices.iter().filter(|device| device.whose().is_none());
        let said = || own().filter_map(|device| device.user_input);
        let idle = said().next().is_some() && said().all(UserInput::is_idle);
        let since = said().filter_map(UserInput::idle_since).max();
        (idle, since.filter(|_| idle))
    }

    /// Since when the state holds, where the document states it: the beginning of the activity
    /// that decided, else the time of the person's own statement. Both may lie in the future of a
    /// clock that is wrong, and then say nothing.
    fn since(
        &self,
        of_person: &[&Activity],
        availability: Availability,
        why: Why,
        now: Timestamp,
    ) -> Option<Timestamp> {
        if why != Why::Person {
            return None;
        }
        let speaks = |activity: &&Activity| availability_of(activity) == Some(availability);
        let of_person = of_person.iter().copied();
        let begun = of_person.filter(speaks).filter_map(|a| a.from).max();
        let stated = || {
            let persons = self.persons.iter();
            let mut deciding = persons.filter(|person| {
                let mut activities = person.activities.iter();
                activities.any(|activity| activity.counts_at(now) && speaks(&activity))
            });
            deciding.find_map(|person| person.timestamp)
        };
        begun.or_else(stated).filter(|&since| since <= now)
    }

    /// The person's name, as the person, else the document, else a tuple says it.
    fn display_name(&self) -> Option<String> {
        let of_persons = self.persons.iter().map(|person| &person.display_name);
        let of_tuples = self.own().map(|tuple| &tuple.display_name);
        let mut names = of_persons.chain([&self.display_name]).chain(of_tuples);
        names.find_map(Clone::clone)
    }

    /// The person's note, else the first tuple's, else the document's.
    fn note(&self, now: Timestamp, languages: &[&str]) -> Option<&str> {
        let (persons, mut tuples) = (&self.persons, self.own());
        None.or_else(|| {
            persons
                .iter()
                .find_map(|one| pick(one.notes.iter(), languages))
        })
        // A note of an activity is the person's too, but one of the person says more.
        .or_else(|| {
            let mut persons = persons.iter();
            persons.find_map(|one| {
                let notes = one.activity_notes.iter();
                let holding = notes.filter(|(_, bounds)| bounds.hold_at(now));
                pick(holding.map(|(note, _)| note), languages)
            })
        })
        .or_else(|| tuples.find_map(|tuple| pick(tuple.notes.iter(), languages)))
        .or_else(|| pick(self.notes.iter(), languages))
    }
}

impl Tuple {
    /// Takes in what the `device` element says that the tuple belongs to.
    fn learn_from(&mut self, element: &Tuple) {
        let (own, other) = (&mut self.device, &element.device);
        own.user_input = own.user_input.or(other.user_input);
        own.reported = own.reported.or(other.reported);
        for capability in &other.capabilities {
            if !own.capabilities.contains(capability) {
                own.capabilities.push(capability.clone());
            }
        }
        if self.notes.is_empty() {
            self.notes.clone_from(&element.notes);
        }
    }

    /// The basic status at `now`: what is said of just this time counts with what is said of any.
    fn open_at(&self, now: Timestamp) -> Option<bool> {
        let holding = self.timed.iter().filter(|(bounds, _)| bounds.hold_at(now));
        let timed = holding.map(|(_, open)| *open);
        self.device
            .open
            .into_iter()
            .chain(timed)
            .reduce(|a, b| a && b)
    }

    fn device(self, now: Timestamp, languages: &[&str]) -> Device {
        let open = self.open_at(now);
        let mut device = self.device;
        device.open = open;
        device.activities.retain(|one| one.counts_at(now));
        device.activities.sort_by(most_telling);
        device.note = pick(self.notes.iter(), languages).map(String::from);
        if let Some(extras) = extras(&self.facts, Vec::new(), now) {
            device.relationship = extras.relationship;
            device.service_class = extras.service_class;
        }
        device
    }
}

/// These are no devices: with them a client says that somebody set the state by hand.
fn is_set_by_hand(tuple: &Tuple) -> bool {
    let id = &tuple.device.id;
    id.starts_with("pws-override") || id.starts_with("pws-persistent")
}

/// The activities that count now, ordered.
fn counting<'a>(
    activities: impl IntoIterator<Item = &'a Activity>,
    now: Timestamp,
) -> Vec<&'a Activity> {
    let counting = activities.into_iter().filter(|one| one.counts_at(now));
    let mut counting: Vec<&Activity> = counting.collect();
    counting.sort_by(|a, b| most_telling(a, b));
    counting
}

fn availability_of(activity: &Activity) -> Option<Availability> {
    activity.kind()?.availability()
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
fn decide(activities: &[&Activity]) -> Option<Availability> {
    let restricts = |availability: &Availability| match availability {
        Availability::Dnd => 0,
        Availability::Busy => 1,
        Availability::Away => 2,
        Availability::Available => 3,
        Availability::Unavailable => 4,
        Availability::Unknown => 5,
    };
    let said = activities.iter().copied().filter_map(availability_of);
    said.filter(|&availability| availability != Availability::Unknown)
        .min_by_key(restricts)
}

fn says_unknown(activities: &[&Activity]) -> bool {
    activities
        .iter()
        .any(|activity| activity.name() == "unknown")
}

/// The most telling first; equals by name, so that the order of the document doesn't matter.
fn most_telling(a: &Activity, b: &Activity) -> Ordering {
    let rank = |activity: &Activity| activity.kind().map_or(u8::MAX, |kind| kind.rank());
    fn rest(one: &Activity) -> (&str, &str, Option<Timestamp>, Option<Timestamp>) {
        (one.name(), one.details(), one.from, one.until)
    }
    rank(a).cmp(&rank(b)).then_with(|| rest(a).cmp(&rest(b)))
}

/// What leads must speak for the state that was decided: a device's call may be known beside a
/// person's lunch, but it is lunch that is shown.
fn lead_with(activities: &mut [Activity], availability: Availability) {
    let speaks = |activity: &Activity| availability_of(activity) == Some(availability);
    if let Some(at) = activities.iter().position(speaks) {
        activities[..=at].rotate_right(1);
    }
}

/// The note in the first of the languages, else in English, else the first. A language is first
/// looked for as it stands (`de-at`), then whatever the country.
fn pick<'a>(notes: impl Iterator<Item = &'a Note> + Clone, languages: &[&str]) -> Option<&'a str> {
    let in_language = |wanted: &str| {
        let is = |language: &str| language.eq_ignore_ascii_case(wanted);
        let is_like = |language: &str| primary(language).eq_ignore_ascii_case(primary(wanted));
        let tagged = |matches: &dyn Fn(&str) -> bool| {
            let mut notes = notes.clone();
            notes.find(|note| note.language.as_deref().is_some_and(matches))
        };
        tagged(&is).or_else(|| tagged(&is_like))
    };
    let wanted = languages.iter().copied().chain(["en"]);
    let first = notes.clone().next()?;
    let chosen = wanted.filter_map(in_language).next().unwrap_or(first);
    Some(chosen.text.as_str())
}

/// The language of a tag, without its country.
fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or_default()
}

/// What is said beside activities and holds at `now`: the first that says something of a thing is
/// believed.
fn extras<'a>(
    facts: impl IntoIterator<Item = &'a Fact>,
    remarks: Vec<String>,
    now: Timestamp,
) -> Option<Box<Extras>> {
    fn first<T: Clone>(known: &mut Option<T>, said: &T) {
        known.get_or_insert_with(|| said.clone());
    }
    fn first_list(known: &mut Vec<String>, said: &[String]) {
        if known.is_empty() {
            known.extend_from_slice(said);
        }
    }
    let facts = facts.into_iter();
    let mut holding = facts.filter(|fact| fact.bounds.hold_at(now)).peekable();
    // Most documents say nothing of all that.
    if holding.peek().is_none() && remarks.is_empty() {
        return None;
    }
    let mut all = Extras {
        remarks,
        ..Extras::default()
    };
    for fact in holding {
        match &fact.what {
            What::Moods(words) => first_list(&mut all.moods, words),
            What::PlaceTypes(words) => first_list(&mut all.place_types, words),
            What::PlaceIs(words) => first_list(&mut all.place_is, words),
            What::Privacy(words) => first_list(&mut all.privacy, words),
            What::Relationship(word) => first(&mut all.relationship, word),
            What::Sphere(word) => first(&mut all.sphere, word),
            What::ServiceClass(word) => first(&mut all.service_class, word),
            What::StatusIcon(address) => first(&mut all.status_icon, address),
            What::TimeOffset(minutes) => first(&mut all.time_offset_minutes, minutes),
            What::PhoneStatus(words) => first(&mut all.phone_status, words),
            What::ImStatus(words) => first(&mut all.im_status, words),
        }
    }
    (all != Extras::default()).then(|| Box::new(all))
}

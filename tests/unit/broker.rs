//! The shared feed without a broker: topics, payloads, and what a reader may believe.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::Value;
use whosin::broker::{
    Config, Disclosure, Discovery, Echo, Heard, Heartbeat, Ledger, Message, Outbox, Place,
    PlaceError, Rivals, State, Topic, Topics, Wanted, published, wish,
};
use whosin::feed::Update;
use whosin::http::Trust;
use whosin::link::{LinkState, Outcome, Problem};
use whosin::memory::snapshot::{Person, PersonsDevice};
use whosin::presence::{Address, Availability, Why};

const INTERVAL: Duration = Duration::from_secs(10);

fn ben() -> Address {
    Address::parse("ben@example.com").unwrap()
}

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn beat(number: u64, since: i64) -> Heartbeat {
    Heartbeat {
        schema: 1,
        online: true,
        beat: number,
        interval: INTERVAL.as_secs(),
        since: second(since),
        at: second(since),
        ..Heartbeat::default()
    }
}

fn person(availability: Availability) -> Person {
    Person {
        uri: "ben@example.com".into(),
        availability,
        activities: vec![],
        label: availability.label().into(),
        asked_at: Some(second(0)),
        why: Some(Why::Person),
        fresh: true,
        ..Person::default()
    }
}

/// A state as the publisher's run that began at `since` publishes it.
fn state(availability: Availability, since: i64, asked_at: i64) -> State {
    let person = Person {
        asked_at: Some(second(asked_at)),
        ..person(availability)
    };
    let payload = published(&person, Disclosure::default(), "one", second(since));
    State::read(&serde_json::to_vec(&payload).unwrap(), &ben()).unwrap()
}

fn ledger() -> Ledger {
    let config = Config {
        place: "mqtts://board@broker/whosin".parse().unwrap(),
        password: None,
        trust: Trust::Platform,
    };
    let mut ledger = Ledger::new(config.link(), "whosin");
    ledger.set_contacts(vec![ben()]);
    ledger
}

/// What the board would show after these updates: the link's state, and the last outcome.
#[derive(Default)]
struct Shown {
    link: Option<LinkState>,
    outcome: Option<Outcome>,
}

impl Shown {
    fn take(&mut self, updates: Vec<Update>) {
        for update in updates {
            match update {
                Update::Reports(reports) => {
                    self.outcome = reports.into_iter().next_back().map(|one| one.outcome);
                }
                Update::Link(link) => self.link = Some(link.state),
                _ => unreachable!("a reader has nothing else to say"),
            }
        }
    }

    /// Whether the board counts a state as true.
    fn is_fresh(&self) -> bool {
        self.link == Some(LinkState::Up) && matches!(self.outcome, Some(Outcome::Answered(_)))
    }

    fn trouble(&self) -> &str {
        match &self.link {
            Some(LinkState::Trouble { problem, .. }) => &problem.what,
            other => panic!("{other:?} is no trouble"),
        }
    }

    fn availability(&self) -> Availability {
        match &self.outcome {
            Some(Outcome::Answered(presence)) => presence.availability,
            other => panic!("{other:?} is no state"),
        }
    }
}

/// A ledger that shows Ben as available, by a heartbeat of `now`.
fn up(now: Instant) -> (Ledger, Shown) {
    let (mut ledger, mut shown) = (ledger(), Shown::default());
    ledger.connected();
    ledger.hear("one", beat(1, 0), Duration::ZERO, now);
    ledger.learn(&ben(), state(Availability::Available, 0, 5), now);
    ledger.gathered();
    shown.take(ledger.settle(now, second(10)));
    assert!(shown.is_fresh());
    (ledger, shown)
}

#[test]
fn a_state_is_fresh_only_for_three_intervals_after_the_heartbeat() {
    let now = Instant::now();
    let (mut ledger, mut shown) = up(now);
    let end = now + 3 * INTERVAL;
    assert_eq!(ledger.next_change(now), Some(end));
    shown.take(ledger.settle(end - Duration::from_millis(1), second(39)));
    assert!(shown.is_fresh());
    shown.take(ledger.settle(end, second(40)));
    assert_eq!(shown.trouble(), "the publisher one is silent");
    // The next heartbeat confirms the same state again.
    ledger.hear("one", beat(2, 0), Duration::ZERO, end);
    shown.take(ledger.settle(end, second(41)));
    assert!(shown.is_fresh());
}

#[test]
fn a_heartbeat_that_the_broker_kept_is_as_old_as_its_expiry_says_whatever_the_clocks() {
    let rest = Some(Duration::from_secs(4));
    assert_eq!(
        beat(1, 0).age(rest, true, second(-9_999)),
        Duration::from_secs(26)
    );
    assert_eq!(
        beat(1, 0).age(None, true, second(12)),
        Duration::from_secs(12)
    );
    assert_eq!(beat(1, 0).age(None, false, second(12)), Duration::ZERO);
    let now = Instant::now();
    let mut ledger = ledger();
    ledger.connected();
    ledger.hear("one", beat(1, 0), Duration::from_secs(26), now);
    assert_eq!(ledger.next_change(now), Some(now + Duration::from_secs(4)));
}

#[test]
fn a_will_doubts_everything_at_once() {
    let now = Instant::now();
    let (mut ledger, mut shown) = up(now);
    let will = Heartbeat {
        online: false,
        ..beat(0, 0)
    };
    ledger.hear("one", will, Duration::ZERO, now);
    shown.take(ledger.settle(now, second(11)));
    assert_eq!(shown.trouble(), "the publisher one has ended");
}

#[test]
fn a_publisher_without_its_server_confirms_nothing() {
    let now = Instant::now();
    let (mut ledger, mut shown) = up(now);
    let cut_off = Heartbeat {
        problem: Some("cup does not answer".into()),
        ..beat(2, 0)
    };
    ledger.hear("one", cut_off, Duration::ZERO, now);
    shown.take(ledger.settle(now, second(11)));
    let words = "the publisher one does not reach its server: cup does not answer";
    assert_eq!(shown.trouble(), words);
}

#[test]
fn without_the_broker_everything_is_doubted_and_comes_back_only_by_a_publisher() {
    let now = Instant::now();
    let (mut ledger, mut shown) = up(now);
    let problem = Problem {
        what: "the broker is gone".into(),
        advice: String::new(),
    };
    ledger.lost(problem, second(12));
    shown.take(ledger.settle(now, second(11)));
    assert_eq!(shown.trouble(), "the broker is gone");
    ledger.connected();
    shown.take(ledger.settle(now, second(12)));
    assert_eq!(shown.trouble(), "the broker is gone");
    ledger.gathered();
    shown.take(ledger.settle(now, second(13)));
    assert_eq!(shown.trouble(), "no publisher is heard below whosin");
}

#[test]
fn what_an_earlier_run_left_is_not_believed() {
    let now = Instant::now();
    let (mut ledger, mut shown) = up(now);
    ledger.hear("one", beat(1, 100), Duration::ZERO, now);
    shown.take(ledger.settle(now, second(110)));
    assert_eq!(shown.outcome, Some(Outcome::NotAnswered));
    ledger.learn(&ben(), state(Availability::Dnd, 100, 101), now);
    shown.take(ledger.settle(now, second(111)));
    assert_eq!(shown.availability(), Availability::Dnd);
}

#[test]
fn old_states_and_old_heartbeats_that_are_replayed_change_nothing() {
    let now = Instant::now();
    let (mut ledger, mut shown) = up(now);
    for old in [
        state(Availability::Busy, 0, 4),
        state(Availability::Busy, -50, 900),
    ] {
        ledger.learn(&ben(), old, now);
        assert!(ledger.settle(now, second(12)).is_empty());
    }
    let later = now + 2 * INTERVAL;
    for old in [beat(1, 0), beat(9, -50)] {
        ledger.hear("one", old, Duration::ZERO, later);
    }
    shown.take(ledger.settle(now + 3 * INTERVAL, second(40)));
    assert_eq!(shown.trouble(), "the publisher one is silent");
}

#[test]
fn of_two_publishers_the_newest_state_counts_and_one_is_enough() {
    let now = Instant::now();
    let (mut ledger, mut shown) = up(now);
    let other = State {
        publisher: "two".into(),
        ..state(Availability::Away, 0, 8)
    };
    ledger.hear("two", beat(1, 0), Duration::ZERO, now);
    ledger.learn(&ben(), other, now);
    ledger.learn(&ben(), state(Availability::Available, 0, 6), now);
    shown.take(ledger.settle(now, second(11)));
    assert_eq!(shown.availability(), Availability::Away);
    let will = Heartbeat {
        online: false,
        ..beat(0, 0)
    };
    ledger.hear("one", will, Duration::ZERO, now);
    assert!(ledger.settle(now, second(12)).is_empty());
    // When the other one ends, too, and this one is back, its state counts again.
    let will = Heartbeat {
        online: false,
        ..beat(1, 0)
    };
    ledger.hear("one", beat(2, 0), Duration::ZERO, now);
    ledger.hear("two", will, Duration::ZERO, now);
    shown.take(ledger.settle(now, second(13)));
    assert_eq!(shown.availability(), Availability::Available);
}

#[test]
fn a_standby_publishes_while_nobody_else_does_and_yields_by_rank() {
    let now = Instant::now();
    let mut rivals = Rivals::new("m");
    let standby = Heartbeat {
        standby: true,
        ..beat(1, 0)
    };
    rivals.hear("m", &beat(1, 0), Duration::ZERO, now);
    assert_eq!(rivals.alive_until(now), None, "it is no rival of its own");
    rivals.hear("z", &standby, Duration::ZERO, now);
    assert_eq!(rivals.alive_until(now), Some(now + 3 * INTERVAL));
    assert!(!rivals.outrank_a_standby(now));
    rivals.hear("a", &standby, Duration::ZERO, now);
    assert!(rivals.outrank_a_standby(now));
    assert!(!rivals.outrank_a_standby(now + 3 * INTERVAL));
    rivals.hear("z", &beat(2, 0), Duration::ZERO, now);
    let ended = Heartbeat {
        online: false,
        ..standby
    };
    rivals.hear("a", &ended, Duration::ZERO, now);
    assert!(rivals.outrank_a_standby(now), "z is no standby any more");
}

#[test]
fn a_publisher_that_is_taken_for_gone_or_for_another_beats_and_the_second_of_an_id_ends() {
    let gone = |since| Heartbeat {
        online: false,
        ..beat(1, since)
    };
    let own = beat(7, 10);
    for (heard, retained, echo) in [
        (Some(beat(7, 10)), true, Echo::Nothing),
        (Some(gone(10)), false, Echo::BeatNow),
        (Some(gone(0)), false, Echo::BeatNow),
        (None, false, Echo::BeatNow),
        (Some(beat(9, 20)), false, Echo::BeatNow),
        (Some(beat(9, 0)), false, Echo::Second),
        // What the broker kept may be of a run that is over.
        (Some(beat(9, 0)), true, Echo::Nothing),
    ] {
        assert_eq!(Echo::of(&own, heard.as_ref(), retained), echo, "{heard:?}");
    }
}

#[test]
fn a_rival_that_falls_silent_is_forgotten_once() {
    let now = Instant::now();
    let mut rivals = Rivals::new("m");
    rivals.hear("a", &beat(1, 0), Duration::ZERO, now);
    assert!(!rivals.forget_silent(now + 2 * INTERVAL));
    assert!(rivals.forget_silent(now + 3 * INTERVAL));
    assert!(!rivals.forget_silent(now + 3 * INTERVAL));
}

#[test]
fn somebody_who_is_not_published_is_said_to_be_and_only_once_all_has_come() {
    let now = Instant::now();
    let (mut ledger, mut shown) = up(now);
    let new = Address::parse("new@example.com").unwrap();
    assert_eq!(
        ledger.set_contacts(vec![new.clone()]),
        (vec![new.clone()], vec![ben()])
    );
    assert!(ledger.settle(now, second(11)).is_empty());
    ledger.gathered();
    shown.take(ledger.settle(now, second(12)));
    let Some(Outcome::Refused(words)) = &shown.outcome else {
        panic!("{:?}", shown.outcome)
    };
    assert!(
        words.starts_with("nobody publishes this contact"),
        "{words}"
    );
    ledger.not_allowed(&new, "the broker refuses it".into());
    shown.take(ledger.settle(now, second(13)));
    assert_eq!(
        shown.outcome,
        Some(Outcome::Refused("the broker refuses it".into()))
    );
}

#[derive(Clone, Debug)]
enum Happens {
    Passes(u64),
    Beats(u64, i64),
    Ends(i64),
    Learns(i64, i64),
    Connects,
    Gathers,
    Loses,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        (0..40_u64).prop_map(Happens::Passes),
        (0..9_u64, 0..3_i64).prop_map(|(beat, since)| Happens::Beats(beat, since)),
        (0..3_i64).prop_map(Happens::Ends),
        (0..3_i64, 0..9_i64).prop_map(|(since, asked)| Happens::Learns(since, asked)),
        Just(Happens::Connects),
        Just(Happens::Gathers),
        Just(Happens::Loses),
    ]
}

proptest! {
    #[test]
    fn nothing_is_ever_fresh_without_a_broker_and_a_heartbeat_of_the_last_three_intervals(
        events in proptest::collection::vec(happens(), 0..60)
    ) {
        let begun = Instant::now();
        let (mut ledger, mut shown) = (ledger(), Shown::default());
        let (mut passed, mut is_connected) = (0, false);
        let mut heard: Option<u64> = None;
        for event in events {
            let now = begun + Duration::from_secs(passed);
            match event {
                Happens::Passes(seconds) => passed += seconds,
                Happens::Beats(number, since) => {
                    ledger.hear("one", beat(number, since), Duration::ZERO, now);
                    heard = Some(passed);
                }
                Happens::Ends(since) => {
                    let will = Heartbeat { online: false, ..beat(0, since) };
                    ledger.hear("one", will, Duration::ZERO, now);
                }
                Happens::Learns(since, asked_at) => {
                    ledger.learn(&ben(), state(Availability::Away, since, asked_at), now);
                }
                Happens::Connects => {
                    ledger.connected();
                    (is_connected, heard) = (true, None);
                }
                Happens::Gathers => ledger.gathered(),
                Happens::Loses => {
                    let problem = Problem { what: "gone".into(), advice: String::new() };
                    ledger.lost(problem, second(0));
                    is_connected = false;
                }
            }
            let now = begun + Duration::from_secs(passed);
            shown.take(ledger.settle(now, second(passed as i64)));
            let is_heard = heard.is_some_and(|at| passed < at + 3 * INTERVAL.as_secs());
            prop_assert!(!shown.is_fresh() || (is_connected && is_heard));
        }
    }

    #[test]
    fn an_address_is_two_levels_that_name_nobody_else(
        one in "[ -~äß]{1,12}", other in "[ -~äß]{1,12}"
    ) {
        let topics = Topics::new("a/b").unwrap();
        let address = |user: &str| Address::parse(&format!("{user}@example.com")).ok();
        if let (Some(one), Some(other)) = (address(&one), address(&other)) {
            let topic = topics.presence(&one);
            prop_assert_eq!(topic.matches('/').count(), 5, "{}", topic);
            prop_assert!(!topic.contains(['+', '#', '\0']), "{}", topic);
            prop_assert_eq!(topics.read(&topic), Topic::Presence);
            prop_assert_eq!(one == other, topic == topics.presence(&other));
        }
    }

    #[test]
    fn no_payload_breaks_the_reader(payload in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = State::read(&payload, &ben());
    }
}

#[test]
fn topics_put_the_domain_first() {
    let topics = Topics::new("whosin").unwrap();
    assert_eq!(
        topics.availability(&Address::parse("Ben@Example.com").unwrap()),
        "whosin/v1/presence/example.com/ben/availability"
    );
    assert_eq!(
        topics.read("whosin/v1/publisher/one"),
        Topic::Publisher("one")
    );
    for (topic, state) in [
        ("a/b/availability", "a/b"),
        ("a/availability/availability", "a/availability"),
    ] {
        let [topic, state] = [topic, state].map(|rest| format!("whosin/v1/presence/{rest}"));
        assert_eq!(topics.read(&topic), Topic::Word(&state));
        assert_eq!(topics.read(&state), Topic::Presence);
    }
    for other in ["whosin/v1/presence/a/b/c", "x", "whosinx/v1/a"] {
        assert_eq!(topics.read(other), Topic::Other, "{other}");
    }
    for wrong in ["", "/a", "a//b", "a/+", "#", "$SYS"] {
        assert_eq!(Topics::new(wrong), None, "{wrong}");
    }
}

#[test]
fn a_place_is_read_and_written_and_takes_no_password() {
    let place: Place = "mqtts://a%40b@[::1]/x/y/".parse().unwrap();
    assert_eq!((place.user(), place.host()), (Some("a@b"), "::1"));
    assert_eq!(place.origin(), "mqtts://[::1]:8883/x/y");
    assert_eq!(place.to_string().parse::<Place>(), Ok(place));
    let place: Place = "mqtt://Broker:7000".parse().unwrap();
    assert_eq!(place.to_string(), "mqtt://broker:7000/whosin");
    assert!(!place.is_tls() && !place.is_loopback());
    for (wrong, why) in [
        ("mqtts://board:secret@broker", PlaceError::Password),
        ("https://broker", PlaceError::Shape),
        ("mqtts://", PlaceError::Shape),
        ("broker", PlaceError::Shape),
        ("mqtts://broker/a/%23", PlaceError::Prefix),
    ] {
        assert_eq!(wrong.parse::<Place>(), Err(why), "{wrong}");
    }
}

fn rich() -> Person {
    Person {
        name: Some("Ben Two".into()),
        number: Some("2140".into()),
        own_note: Some("owes me a coffee".into()),
        note: Some("at the dentist".into()),
        activities: vec!["other".into()],
        label: "Walking the dog".into(),
        mood: vec!["happy".into()],
        devices: vec![PersonsDevice {
            id: "handset".into(),
            note: Some("on silent".into()),
            ..PersonsDevice::default()
        }],
        ..person(Availability::Away)
    }
}

#[test]
fn only_what_is_allowed_is_published_and_the_books_own_words_never() {
    let text = |notes, devices| {
        let disclosure = Disclosure { notes, devices };
        serde_json::to_string(&published(&rich(), disclosure, "one", second(0))).unwrap()
    };
    let private = ["Ben Two", "2140", "coffee"];
    let notes = ["dentist", "dog", "happy"];
    for (has_notes, has_devices) in [(false, false), (true, false), (false, true), (true, true)] {
        let text = text(has_notes, has_devices);
        assert!(private.iter().all(|word| !text.contains(word)), "{text}");
        for word in notes {
            assert_eq!(text.contains(word), has_notes, "{word}: {text}");
        }
        assert_eq!(text.contains("handset"), has_devices, "{text}");
        assert_eq!(text.contains("silent"), has_devices && has_notes, "{text}");
    }
}

#[test]
fn what_is_published_is_a_contact_of_the_schema() {
    let schema = include_str!("../../assets/status.schema.json");
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    let disclosure = Disclosure {
        notes: true,
        devices: true,
    };
    let payload = published(&rich(), disclosure, "one", second(0));
    let payload = serde_json::to_value(payload).unwrap();
    let contact = schema["properties"]["contacts"]["items"].take();
    let mut whole = contact;
    whole["$defs"] = schema["$defs"].take();
    let validator = jsonschema::validator_for(&whole).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&payload)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn texts_of_others_are_cleaned_and_anothers_payload_is_refused() {
    let evil = Person {
        note: Some("a\u{1b}[2Jb".into()),
        ..person(Availability::Busy)
    };
    let disclosure = Disclosure {
        notes: true,
        devices: false,
    };
    let payload = serde_json::to_vec(&published(&evil, disclosure, "one", second(0))).unwrap();
    let state = State::read(&payload, &ben()).unwrap();
    let Outcome::Answered(presence) = state.outcome else {
        panic!()
    };
    assert!(!presence.note.as_ref().unwrap().contains('\u{1b}'));
    let other = Address::parse("carla@example.com").unwrap();
    assert!(State::read(&payload, &other).is_err());
}

#[test]
fn home_assistant_gets_a_device_a_person_once_and_none_when_the_person_is_gone() {
    let topics = Topics::new("whosin").unwrap();
    let discovery = Some(Discovery::HomeAssistant);
    let disclosure = Disclosure::default();
    let mut outbox = Outbox::new(topics, "one".into(), second(0), disclosure, discovery);
    let first = outbox.changes([person(Availability::Available)], Instant::now());
    assert_eq!(first.len(), 3);
    let topic = "homeassistant/device/whosin_20ben_40example_2ecom/config";
    assert_eq!(first[0].topic, topic);
    let config: Value = serde_json::from_slice(&first[0].payload).unwrap();
    assert_eq!(config["availability_topic"], "whosin/v1/publisher/one");
    let sensor = &config["components"]["availability"];
    assert_eq!(sensor["state_topic"], first[2].topic);
    let word = std::str::from_utf8(&first[2].payload).unwrap();
    assert!(sensor["options"].as_array().unwrap().contains(&word.into()));
    assert_eq!(
        outbox
            .changes([person(Availability::Dnd)], Instant::now())
            .len(),
        2
    );
    let emptied = outbox.keep(&[]);
    assert_eq!((&*emptied[2].topic, emptied[2].payload.len()), (topic, 0));
}

#[test]
fn what_others_do_to_a_state_is_made_good_and_what_was_left_is_emptied() {
    let topics = Topics::new("whosin").unwrap();
    let (state, word) = (topics.presence(&ben()), topics.availability(&ben()));
    let outbox = || {
        Outbox::new(
            topics.clone(),
            "one".into(),
            second(9),
            Disclosure::default(),
            None,
        )
    };
    let by = |id, since| {
        let person = person(Availability::Busy);
        let payload = published(&person, Disclosure::default(), id, second(since));
        serde_json::to_vec(&payload).unwrap()
    };
    let mut sent = outbox();
    sent.changes([person(Availability::Busy)], Instant::now());
    let mut hear = |topic: &str, payload: &[u8], retained| {
        let heard = sent.hear(topic, payload, retained, |_| true);
        if heard == Heard::Lost(ben()) {
            assert_eq!(
                sent.changes([person(Availability::Busy)], Instant::now())
                    .len(),
                2
            );
        }
        heard
    };
    let lost = Heard::Lost(ben());
    assert_eq!(hear(&state, b"", false), lost);
    assert_eq!(hear(&word, b"", false), lost);
    assert_eq!(hear(&state, &by("one", 5), false), lost);
    assert_eq!(hear(&state, b"nonsense", false), lost);
    for (topic, payload, retained) in [
        (&state, by("one", 5), true),
        (&state, by("two", 5), false),
        (&word, b"busy".to_vec(), false),
    ] {
        assert_eq!(hear(topic, &payload, retained), Heard::Nothing);
    }
    let mut fresh = outbox();
    let Heard::Left(messages) = fresh.hear(&state, &by("one", 5), true, |_| false) else {
        panic!("it is nobody's any more")
    };
    let empty = [state.clone(), word.clone()].map(|topic| Message::retained(topic, vec![]));
    assert_eq!(messages, empty);
    let others = [by("two", 5), b"nonsense".to_vec(), vec![]];
    for payload in &others {
        assert_eq!(fresh.hear(&state, payload, true, |_| false), Heard::Nothing);
    }
    let elsewhere = state.replace("ben", "carla");
    for (topic, is_wanted) in [(&state, true), (&elsewhere, false), (&word, false)] {
        let heard = fresh.hear(topic, &by("one", 5), true, |_| is_wanted);
        assert_eq!(heard, Heard::Nothing, "{topic}");
    }
}

/// The time after which a wish is said again.
const HALF: Duration = Duration::from_secs(15 * 60);

/// A ledger like that of [`up`], whose publisher has room for so many wishes, with one contact whom
/// nobody publishes.
fn with_a_wish(now: Instant, room: Option<usize>) -> (Ledger, Shown, Address) {
    let (mut ledger, mut shown) = up(now);
    let new = Address::parse("new@example.com").unwrap();
    ledger.hear("one", with_room(2, room), Duration::ZERO, now);
    ledger.set_contacts(vec![new.clone()]);
    assert!(ledger.wishes(now).is_empty(), "it may come still");
    ledger.gathered();
    shown.outcome = None;
    (ledger, shown, new)
}

fn with_room(number: u64, room: Option<usize>) -> Heartbeat {
    Heartbeat {
        room,
        interval: 86_400,
        ..beat(number, 0)
    }
}

fn refused(shown: &Shown) -> &str {
    match &shown.outcome {
        Some(Outcome::Refused(words)) => words,
        other => panic!("{other:?} is no refusal"),
    }
}

#[test]
fn a_board_asks_once_for_whom_nobody_publishes_and_again_at_half_of_the_time() {
    let now = Instant::now();
    let (mut ledger, mut shown, new) = with_a_wish(now, Some(3));
    assert_eq!(ledger.wishes(now), vec![new.clone()]);
    assert!(ledger.wishes(now).is_empty());
    // Before an answer can be there nothing is said.
    shown.take(ledger.settle(now, second(11)));
    assert_eq!(shown.outcome, None);
    let answer = now + Duration::from_secs(5);
    assert_eq!(ledger.next_change(now), Some(answer));
    shown.take(ledger.settle(answer, second(16)));
    assert_eq!(
        refused(&shown),
        "nobody publishes this contact: it was asked for"
    );
    let by_wish = |number| {
        let person = Person {
            uri: new.to_string(),
            asked_at: Some(second(number)),
            ..person(Availability::Busy)
        };
        let payload = published(&person, Disclosure::default(), "one", second(0)).while_wanted();
        State::read(&serde_json::to_vec(&payload).unwrap(), &new).unwrap()
    };
    ledger.learn(&new, by_wish(20), answer);
    shown.take(ledger.settle(answer, second(20)));
    assert_eq!(shown.availability(), Availability::Busy);
    assert!(
        ledger
            .wishes(now + HALF - Duration::from_millis(1))
            .is_empty()
    );
    assert_eq!(ledger.next_change(answer), Some(now + HALF));
    assert_eq!(ledger.wishes(now + HALF), vec![new.clone()]);
    // Another board that finds the state there wants it, too.
    let (mut other, _, _) = with_a_wish(now, Some(0));
    other.learn(&new, by_wish(20), now);
    assert_eq!(other.wishes(now), vec![new]);
}

#[test]
fn without_anybody_who_serves_wishes_none_is_made_and_a_refused_one_is_told() {
    let now = Instant::now();
    let (mut ledger, mut shown, new) = with_a_wish(now, None);
    assert!(ledger.wishes(now).is_empty());
    shown.take(ledger.settle(now, second(11)));
    let words = "nobody publishes this contact: ask whoever runs whosin publish to add it";
    assert_eq!(refused(&shown), words);
    ledger.hear("one", with_room(3, Some(0)), Duration::ZERO, now);
    assert_eq!(ledger.wishes(now), vec![new.clone()]);
    shown.take(ledger.settle(now + Duration::from_secs(5), second(16)));
    let words = "nobody publishes this contact: it was asked for, but no more people are served";
    assert_eq!(refused(&shown), words);
    ledger.denied(&new, "not allowed for this user".into());
    shown.take(ledger.settle(now, second(17)));
    let words = "nobody publishes this contact: the broker lets this board ask for nobody (not \
                 allowed for this user)";
    assert_eq!(refused(&shown), words);
    assert!(ledger.wishes(now + HALF).is_empty());
}

#[test]
fn a_publisher_serves_so_many_wishes_and_each_has_an_end() {
    let topics = Topics::new("whosin").unwrap();
    let mut wanted = Wanted::new(2);
    let now = Instant::now();
    let address = |user: &str| Address::parse(&format!("{user}@example.com")).unwrap();
    let hear = |wanted: &mut Wanted, user: &str, rest, now| {
        let wish = wish(&topics, &address(user));
        wanted.hear(&topics, &wish.topic, &wish.payload, rest, now)
    };
    let minute = Duration::from_secs(60);
    assert!(hear(&mut wanted, "Anna", Some(minute), now));
    assert!(!hear(&mut wanted, "anna", Some(2 * minute), now), "known");
    assert!(hear(&mut wanted, "ben", None, now));
    assert!(!hear(&mut wanted, "carla", None, now), "no room");
    assert_eq!((wanted.room(), wanted.contacts().count()), (0, 2));
    assert_eq!(wanted.next_end(), Some(now + 2 * minute));
    assert!(!wanted.expire(now + 2 * minute - Duration::from_millis(1)));
    assert!(wanted.expire(now + 2 * minute));
    // No wish counts longer than half an hour, whatever its message says.
    assert!(hear(
        &mut wanted,
        "carla",
        Some(Duration::from_secs(86_400)),
        now
    ));
    assert!(wanted.expire(now + 30 * minute));
    assert_eq!(wanted.next_end(), None);
    let anna = topics.wanted(&address("anna"));
    let others = wish(&topics, &address("ben")).payload;
    for payload in [&others[..], b"{}", b"\xff", br#"{"schema":1,"uri":"a b"}"#] {
        assert!(!wanted.hear(&topics, &anna, payload, None, now));
    }
    assert!(hear(&mut wanted, "anna", None, now));
    assert!(
        wanted.hear(&topics, &anna, b"", None, now),
        "it is taken back"
    );
    assert_eq!(wanted.room(), 2);
}

#[test]
fn what_the_broker_keeps_for_a_day_is_sent_again_before_that_and_not_all_at_once() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let topics = Topics::new("whosin").unwrap();
    let mut outbox = Outbox::new(topics, "one".into(), second(0), Disclosure::default(), None);
    let people: Vec<Person> = (0..100)
        .map(|number| Person {
            uri: format!("number{number}@example.com"),
            ..person(Availability::Available)
        })
        .collect();
    let begun = Instant::now();
    let first = outbox.changes(people.clone(), begun);
    assert_eq!(first.len(), 200);
    let is_for_a_day = |message: &Message| message.expiry == Some(24 * 60 * 60);
    assert!(first.iter().all(is_for_a_day));
    let before = begun + DAY / 4 - Duration::from_secs(1);
    assert!(outbox.changes(people.clone(), before).is_empty());
    // A hundred spread over a quarter of a day: in no twentieth of it come more than a quarter.
    let mut renewed = 0;
    for part in 1..=20 {
        let now = begun + DAY / 4 + DAY / 80 * part;
        let again = outbox.changes(people.clone(), now).len();
        assert!(again <= 50, "{again} at once");
        renewed += again;
    }
    assert_eq!(
        renewed, 200,
        "at half of the time everybody was sent again, once"
    );
    // What is emptied needs no end.
    assert!(
        outbox
            .keep(&[])
            .iter()
            .all(|message| message.expiry.is_none())
    );
}

#[test]
fn only_changes_are_sent_and_all_again_over_a_new_connection() {
    let topics = Topics::new("whosin").unwrap();
    let mut outbox = Outbox::new(topics, "one".into(), second(0), Disclosure::default(), None);
    let mut available = person(Availability::Available);
    assert_eq!(outbox.changes([available.clone()], Instant::now()).len(), 2);
    available.asked_at = Some(second(0) + SignedDuration::from_secs(5));
    assert!(
        outbox
            .changes([available.clone()], Instant::now())
            .is_empty()
    );
    let changed = outbox.changes([person(Availability::Dnd)], Instant::now());
    assert_eq!(changed[1].payload, b"dnd");
    let stale = Person {
        fresh: false,
        ..person(Availability::Dnd)
    };
    assert_eq!(
        outbox.changes([stale], Instant::now())[1].payload,
        b"unknown"
    );
    outbox.forget();
    assert_eq!(outbox.changes([available], Instant::now()).len(), 2);
    let emptied = outbox.keep(&[]);
    assert_eq!(emptied.len(), 2);
    assert!(emptied.iter().all(|message| message.payload.is_empty()));
    assert!(outbox.keep(&[]).is_empty());
}

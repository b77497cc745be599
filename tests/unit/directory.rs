//! What is asked of the directory, and how its answers are read.

use std::time::Instant;

use fastrand::Rng;
use proptest::prelude::*;
use whosin::directory::{
    Endpoint, Entry, Error, Page, Query, Record, Scheme, Window, by_preference, read_servers,
};
use whosin::presence::Address;

const TWO: &str = include_str!("../fixtures/directory/two.xml");
const CAPPED: &str = include_str!("../fixtures/directory/capped.xml");
const SERVERS: &str = include_str!("../fixtures/directory/servers.xml");

fn urls(words: &str) -> Vec<String> {
    let node = Endpoint::parse("cucm.example.com").unwrap();
    let window = Window { start: 0, most: 20 };
    let Some(query) = Query::of(words) else {
        return vec![];
    };
    let url = |attempt| query.url(attempt, &node, window).to_string();
    let start = "https://cucm.example.com:8443/cucm-uds/users?";
    let end = "&start=0&max=20";
    let urls = (0..query.attempts()).map(url);
    urls.map(|url| {
        let middle = url
            .strip_prefix(start)
            .and_then(|url| url.strip_suffix(end));
        middle.unwrap_or_else(|| panic!("{url}")).to_string()
    })
    .collect()
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

#[test]
fn words_are_asked_for_as_names_and_digits_as_numbers() {
    for (words, wanted) in [
        ("ann", "name=ann"),
        ("  Anna \t Berg ", "name=Anna%20Berg"),
        ("Berg, Anna", "name=Berg%20Anna"),
        ("Anna van der Berg", "name=Anna%20van%20der"),
        ("anna.berg@example.com", "name=anna.berg%40example.com"),
        ("a+b", "name=a%2Bb"),
        ("a&start=9", "name=a%26start%3D9"),
        ("林美", "name=%E6%9E%97%E7%BE%8E"),
        ("a\u{202e}n\u{7}n", "name=ann"),
        ("an* %n", "name=an%20n"),
        ("+43 (1) 2", "number=4312"),
    ] {
        assert_eq!(urls(words)[0], wanted, "{words}");
    }
}

#[test]
fn digits_are_looked_for_at_the_end_of_numbers_where_none_begins_with_them() {
    assert_eq!(urls("2140"), ["number=2140", "numberlast=2140"]);
    assert_eq!(urls("214"), ["number=214"]);
    assert_eq!(urls("2140b"), ["name=2140b"]);
}

#[test]
fn three_words_may_be_a_last_name_alone() {
    assert_eq!(
        urls("van der Berg"),
        ["name=van%20der%20Berg", "last=van%20der%20Berg"]
    );
    assert_eq!(urls("van der").len(), 1);
}

#[test]
fn nothing_is_asked_for_where_there_are_no_letters() {
    for words in ["", " \t", "*", "%%", "-- +", "@", "\u{200b}"] {
        assert!(urls(words).is_empty(), "{words:?}");
    }
}

#[test]
fn an_answer_is_read_field_by_field() {
    let page = Page::read(TWO).unwrap();
    assert_eq!((page.returned, page.total), (2, Some(2)));
    let some = |text: &str| Some(text.to_string());
    let anna = Entry {
        user_name: "aberg".into(),
        name: "Anna Berg (Vienna)".into(),
        number: some("+43 1 234 2140"),
        mobile: some("+43 664 1234567"),
        department: some("Sales"),
        title: some("Head of Sales"),
        email: some("anna.berg@example.com"),
        uri: Some(address("anna.berg@example.com")),
    };
    assert_eq!(page.entries[0], anna);
    let lin = Entry {
        user_name: "lmei".into(),
        name: "美玲 林".into(),
        uri: Some(address("lin@partner.example.org")),
        ..Entry::default()
    };
    assert_eq!(page.entries[1], lin);
}

#[test]
fn who_has_no_user_id_has_no_presence_and_is_left_out() {
    let page = Page::read(CAPPED).unwrap();
    let names: Vec<&str> = page.entries.iter().map(|entry| &*entry.name).collect();
    assert_eq!(names, ["zoe"]);
    assert_eq!((page.returned, page.total), (3, Some(64)));
}

#[test]
fn the_address_is_that_of_the_scheme_and_the_other_one_is_left_to_try() {
    let entries = Page::read(TWO).unwrap().entries;
    let (user, uri) = (
        address("aberg@example.com"),
        address("anna.berg@example.com"),
    );
    let anna = |scheme, domain| entries[0].addresses(scheme, domain);
    let domain = Some("example.com");
    assert_eq!(anna(Scheme::User, domain), [user.clone(), uri.clone()]);
    assert_eq!(anna(Scheme::Uri, domain), [uri.clone(), user]);
    assert_eq!(anna(Scheme::User, None), [uri]);
    let nobody = Entry {
        user_name: "o/b n".into(),
        ..Entry::default()
    };
    assert_eq!(nobody.addresses(Scheme::User, domain), []);
    let same = Entry {
        user_name: "Anna.Berg".into(),
        ..entries[0].clone()
    };
    assert_eq!(same.addresses(Scheme::User, domain).len(), 1);
}

#[test]
fn servers_are_read_by_name() {
    let names = read_servers(SERVERS).unwrap();
    assert_eq!(names, ["cucm1.example.com", "cucm2.example.com"]);
    assert!(matches!(read_servers(TWO), Err(Error::NotUds(_))));
}

#[test]
fn what_is_no_answer_is_refused_with_its_kind() {
    for page in [
        "<!DOCTYPE html><html><body>Sign in<br></html>",
        "<HTML><head><title>HTTP Status 401</title></head></HTML>",
        "\n<html xmlns='http://www.w3.org/1999/xhtml'/>",
    ] {
        assert_eq!(Page::read(page), Err(Error::WebPage), "{page}");
    }
    for other in [
        "",
        "{\"users\":[]}",
        "<user/>",
        "<users><user></users>",
        "<!DOCTYPE users [<!ENTITY a 'b'>]><users/>",
        &TWO[..TWO.len() - 20],
    ] {
        assert!(
            matches!(Page::read(other), Err(Error::NotUds(_))),
            "{other}"
        );
    }
}

#[test]
fn counts_that_are_no_numbers_count_as_missing() {
    for count in ["", "many", "-1", "99999999999999999999"] {
        let text = format!("<users totalCount='{count}' returnedCount='7'/>");
        let page = Page::read(&text).unwrap();
        assert_eq!((page.returned, page.total), (0, None), "{count}");
    }
}

#[test]
fn a_huge_answer_is_read_up_to_the_directorys_highest_limit() {
    let user = |n| {
        format!(
            "<user><userName>u{n}</userName><title>{}</title></user>",
            "x".repeat(400)
        )
    };
    let users: String = (0..5000).map(user).collect();
    let page = Page::read(&format!("<users totalCount='5000'>{users}</users>")).unwrap();
    assert_eq!((page.entries.len(), page.total), (500, Some(5000)));
    assert_eq!(page.entries[0].title.as_ref().unwrap().len(), 256);
    // A field may hold as many elements as it likes: it is read no further than its text counts.
    let deep = format!("<title>{}</title>", "<b>x</b>".repeat(200_000));
    let begun = Instant::now();
    Page::read(&format!(
        "<users><user><userName>a</userName>{deep}</user></users>"
    ))
    .unwrap();
    assert!(begun.elapsed().as_secs() < 5);
}

fn record(priority: u16, weight: u16, target: &str) -> Record {
    Record {
        priority,
        weight,
        port: 8443,
        target: target.into(),
    }
}

#[test]
fn nodes_come_by_priority_and_within_it_as_often_first_as_their_weight_says() {
    let records = || {
        vec![
            record(20, 9, "late"),
            record(5, 30, "often"),
            record(5, 10, "seldom"),
        ]
    };
    let mut rng = Rng::with_seed(7);
    let mut often = 0;
    for _ in 0..1000 {
        let ordered = by_preference(records(), &mut rng);
        assert_eq!(ordered[2].target, "late");
        often += usize::from(ordered[0].target == "often");
    }
    assert!((680..820).contains(&often), "{often}");
    assert!(by_preference(vec![], &mut rng).is_empty());
}

proptest! {
    #[test]
    fn any_words_make_a_query_of_the_expected_shape_or_none(words in "\\PC{0,200}") {
        for url in urls(&words) {
            let (name, value) = url.split_once('=').unwrap();
            prop_assert!(["name", "last", "number", "numberlast"].contains(&name));
            prop_assert!(!value.is_empty() && !value.contains(['&', '+', ' ', '*', '=', '#']));
            prop_assert!(name == "last" || value.matches("%20").count() <= 2);
        }
    }

    #[test]
    fn any_fields_are_read_clean_and_bounded(
        name in "\\PC{0,400}",
        display in any::<String>(),
        uri in any::<String>(),
    ) {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        let text = format!(
            "<users><user><userName>{}</userName><displayName>{}</displayName>\
             <directoryUri>{}</directoryUri></user></users>",
            escape(&name), escape(&display), escape(&uri),
        );
        if let Ok(page) = Page::read(&text) {
            for entry in page.entries {
                prop_assert!(!entry.user_name.is_empty() && !entry.name.is_empty());
                for shown in [&entry.user_name, &entry.name] {
                    prop_assert!(shown.len() <= 256);
                    prop_assert_eq!(&whosin::presence::clean(shown), shown);
                }
                let _ = entry.addresses(Scheme::User, Some("example.com"));
            }
        }
    }

    #[test]
    fn no_answer_makes_the_reader_panic(at in 0..TWO.len(), with in "\\PC{0,5}", len in 0..40_usize) {
        let mut text = TWO.to_string();
        let start = text.floor_char_boundary(at);
        let end = text.floor_char_boundary((start + len).min(text.len())).max(start);
        text.replace_range(start..end, &with);
        let _ = Page::read(&text);
        let _ = read_servers(&text);
    }

    #[test]
    fn records_are_all_kept(weights in prop::collection::vec((0..3_u16, any::<u16>()), 0..40)) {
        let records: Vec<Record> = weights
            .into_iter()
            .map(|(priority, weight)| record(priority, weight, "h"))
            .collect();
        let ordered = by_preference(records.clone(), &mut Rng::with_seed(1));
        prop_assert_eq!(ordered.len(), records.len());
        prop_assert!(ordered.is_sorted_by_key(|record| record.priority));
    }
}

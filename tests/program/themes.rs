//! Themes: all states told apart by everybody, in every depth; the terminal's background; files of
//! the user's own.

use crate::support::bench;
use std::path::Path;

use crate::support::bench::Bench;
use crate::support::pty::{Pty, Start};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Color, Style};
use whosin::presence::Availability;
use whosin::tui::{Answer, Background, Depth, Heard, Theme, ThemeName, Themes};

const STATES: [Availability; 5] = [
    Availability::Available,
    Availability::Away,
    Availability::Busy,
    Availability::Dnd,
    Availability::Unavailable,
];

fn themes(folder: &Path, name: &str, depth: Depth) -> Themes {
    Themes::new(folder, name.parse().unwrap(), Background::Dark, depth)
}

fn built_in(name: &str, depth: Depth) -> Theme {
    themes(Path::new("/nowhere"), name, depth).theme()
}

type Light = [f64; 3];

/// Linear light of a colour: true, or of xterm's 256.
fn light(colour: Color) -> Light {
    let steps = [0, 95, 135, 175, 215, 255];
    let channels = match colour {
        Color::Rgb(red, green, blue) => [red, green, blue],
        Color::Indexed(index @ 232..) => [8 + 10 * (index - 232); 3],
        Color::Indexed(index @ 16..) => {
            let at = usize::from(index - 16);
            [steps[at / 36], steps[at / 6 % 6], steps[at % 6]]
        }
        other => panic!("{other:?} is different in every terminal"),
    };
    channels.map(|channel| match f64::from(channel) / 255.0 {
        dark @ ..=0.04045 => dark / 12.92,
        bright => ((bright + 0.055) / 1.055).powf(2.4),
    })
}

/// How each kind of colour vision sees it: none missing, then without the long, middle and short
/// cones (Machado, Oliveira and Fernandes 2009, severity 1).
const VISIONS: [[Light; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ],
    [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ],
    [
        [1.255_528, -0.076_749, -0.178_779],
        [-0.078_411, 0.930_809, 0.147_602],
        [0.004_733, 0.691_367, 0.303_900],
    ],
];

fn seen(vision: &[Light; 3], light: Light) -> Light {
    vision.map(|row| {
        let sum: f64 = row
            .iter()
            .zip(light)
            .map(|(weight, value)| weight * value)
            .sum();
        sum.clamp(0.0, 1.0)
    })
}

/// CIE L*a*b* under D65.
fn lab([red, green, blue]: Light) -> Light {
    let curve = |t: f64| match t > 0.008_856 {
        true => t.cbrt(),
        false => 7.787 * t + 16.0 / 116.0,
    };
    let x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.950_47);
    let y = curve(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    let z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.088_83);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// How far apart two colours look: the distance in L*a*b* (CIE 1976).
fn apart(one: Light, other: Light) -> f64 {
    let squares = one.iter().zip(other).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

/// The contrast of WCAG 2.
fn contrast(one: Light, other: Light) -> f64 {
    let bright = |[red, green, blue]: Light| 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
    let (one, other) = (bright(one), bright(other));
    one.max(other) / one.min(other)
}

fn ink(style: Style) -> Light {
    light(style.fg.expect("a state has a colour"))
}

#[test]
fn states_stay_apart_under_every_colour_vision() {
    for name in ["dark", "light", "high-contrast"] {
        // Among 256 there is not always a near one.
        for (depth, least) in [(Depth::True, 15.0), (Depth::Indexed, 12.0)] {
            let theme = built_in(name, depth);
            for (which, vision) in VISIONS.iter().enumerate() {
                for (at, one) in STATES.iter().enumerate() {
                    for other in &STATES[at + 1..] {
                        let [first, second] =
                            [one, other].map(|state| lab(seen(vision, ink(theme.state(*state)))));
                        let apart = apart(first, second);
                        assert!(
                            apart >= least,
                            "{name} {depth:?}, vision {which}: {one} and {other} are {apart:.1} apart"
                        );
                    }
                }
            }
        }
    }
}

/// The grounds that a theme is for.
fn grounds(name: &str) -> Vec<Light> {
    let grounds = match name {
        "light" => [[255; 3], [0xe8, 0xf0, 0xf7]],
        _ => [[0; 3], [0x1e; 3]],
    };
    let grounds = grounds.map(|[red, green, blue]| light(Color::Rgb(red, green, blue)));
    grounds.to_vec()
}

#[test]
fn who_can_be_reached_stands_out() {
    let order = [
        Availability::Available,
        Availability::Busy,
        Availability::Dnd,
        Availability::Away,
        Availability::Unavailable,
    ];
    for name in ["dark", "light", "high-contrast"] {
        for depth in [Depth::True, Depth::Indexed] {
            let theme = built_in(name, depth);
            for ground in grounds(name) {
                let contrasts = order.map(|state| contrast(ink(theme.state(state)), ground));
                assert!(
                    contrasts.is_sorted_by(|one, next| one > next),
                    "{name} {depth:?}: {contrasts:.2?}"
                );
            }
        }
    }
}

#[test]
fn words_can_be_read_on_the_ground_that_a_theme_is_for() {
    for (name, least) in [("dark", 4.5), ("light", 4.5), ("high-contrast", 7.0)] {
        let theme = built_in(name, Depth::True);
        let states = STATES.iter().map(|state| theme.state(*state));
        for style in states.chain([theme.heading(), theme.trouble(), theme.dim()]) {
            for ground in grounds(name) {
                let contrast = contrast(ink(style), ground);
                assert!(contrast >= least, "{name}: {style:?} has {contrast:.2}");
            }
        }
    }
}

#[test]
fn in_sixteen_colours_states_differ_in_colour_or_weight() {
    for name in ["dark", "light", "high-contrast"] {
        let theme = built_in(name, Depth::Sixteen);
        let mut styles: Vec<Style> = STATES.iter().map(|state| theme.state(*state)).collect();
        styles.dedup();
        assert_eq!(styles.len(), STATES.len(), "{name}");
        for style in styles {
            assert!(!matches!(
                style.fg,
                Some(Color::Rgb(..) | Color::Indexed(_)) | None
            ));
        }
    }
}

#[test]
fn a_theme_of_the_users_own_is_a_file_that_says_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let mine = "base = \"light\"\navailable = \"#008000\"\n\
                busy = { rgb = \"#ff0000\", indexed = 9, sixteen = \"light-red\" }\n";
    std::fs::write(folder.path().join("mine.toml"), mine).unwrap();
    let all = themes(folder.path(), "mine", Depth::True);
    assert_eq!(
        all.names(),
        ["auto", "dark", "light", "high-contrast", "mine"]
    );
    assert_eq!(all.trouble(), None);
    let state = |depth, state| themes(folder.path(), "mine", depth).theme().state(state).fg;
    assert_eq!(
        state(Depth::True, Availability::Available),
        Some(Color::Rgb(0, 128, 0))
    );
    // What is not said is the nearest that there is, or the base's.
    assert_eq!(
        state(Depth::Indexed, Availability::Available),
        Some(Color::Indexed(28))
    );
    assert_eq!(
        state(Depth::Sixteen, Availability::Available),
        Some(Color::Green)
    );
    assert_eq!(
        state(Depth::Indexed, Availability::Busy),
        Some(Color::Indexed(9))
    );
    assert_eq!(
        state(Depth::Sixteen, Availability::Busy),
        Some(Color::LightRed)
    );
    let of_base = built_in("light", Depth::True).state(Availability::Dnd).fg;
    assert_eq!(state(Depth::True, Availability::Dnd), of_base);
}

#[test]
fn a_file_with_a_mistake_is_told_with_its_line_and_another_theme_is_drawn() {
    for (text, line, wanted) in [
        ("base = \"light\"\naway = \"yellow\"\n", 2, "#rrggbb"),
        ("away = \"#12345\"\n", 1, "#rrggbb"),
        (
            "\n\naway = { rgb = \"#123456\", indexed = 300 }\n",
            3,
            "indexed",
        ),
        ("free = \"#123456\"\n", 1, "free"),
        ("base = \"mine\"\n", 1, "high-contrast"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mine.toml"), text).unwrap();
        let all = themes(folder.path(), "mine", Depth::True);
        let trouble = all.trouble().unwrap();
        assert!(
            trouble.contains(&format!("mine.toml, line {line}: ")) && trouble.contains(wanted),
            "{trouble}"
        );
        let drawn = all.theme().state(Availability::Away);
        assert_eq!(
            drawn,
            built_in("dark", Depth::True).state(Availability::Away)
        );
    }
}

#[test]
fn a_name_cannot_lead_out_of_the_folder() {
    for name in ["", "../config", "a/b", "a\\b", "a.toml", "a b", "\u{1b}"] {
        assert!(name.parse::<ThemeName>().is_err(), "{name}");
    }
}

#[test]
fn a_theme_that_does_not_exist_is_refused_with_those_that_do() {
    let bench = Bench::new();
    let done = bench.run(&["--theme", "drak", "tmux", "--colors"]);
    assert_eq!(done.status.code(), Some(2));
    let words = bench::text(&done.stderr);
    assert!(
        words.contains("'drak'") && words.contains("high-contrast"),
        "{words}"
    );
}

fn press(answer: &mut Answer, text: &str) -> Vec<Heard> {
    // As the keys come: escape and a letter are Alt with that letter.
    let mut heard = Vec::new();
    let mut alt = false;
    for letter in text.chars() {
        let (code, modifiers) = match letter {
            '\x1b' => {
                alt = true;
                continue;
            }
            '\x07' => (KeyCode::Char('g'), KeyModifiers::CONTROL),
            letter if alt => (KeyCode::Char(letter), KeyModifiers::ALT),
            letter => (KeyCode::Char(letter), KeyModifiers::NONE),
        };
        alt = false;
        heard.push(answer.hear(KeyEvent::new(code, modifiers)));
    }
    heard
}

#[test]
fn the_terminals_word_on_its_background_is_understood() {
    for (answer, background) in [
        ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", Background::Light),
        ("\x1b]11;rgb:ff/ff/ee\x07", Background::Light),
        ("\x1b]11;rgba:fdfd/f6f6/e3e3/ffff\x07", Background::Light),
        ("\x1b]11;rgb:0000/0000/0000\x1b\\", Background::Dark),
        ("\x1b]11;rgb:1e1e/1e1e/2E2E\x1b\\", Background::Dark),
        ("\x1b]11;rgb:0/0/8\x07", Background::Dark),
    ] {
        let heard = press(&mut Answer::default(), answer);
        assert_eq!(
            heard.last(),
            Some(&Heard::Background(background)),
            "{answer:?}"
        );
        assert!(
            heard[..heard.len() - 1]
                .iter()
                .all(|part| *part == Heard::Part)
        );
    }
    // What makes no sense is swallowed as a whole; what is typed by hand is not.
    for nonsense in [
        "\x1b]11;rgb:\x07",
        "\x1b]11;rgb:zz/1/1\x1b\\",
        "\x1b]11;rgb:1/2\x07",
    ] {
        let heard = press(&mut Answer::default(), nonsense);
        assert!(
            heard.iter().all(|part| *part == Heard::Part),
            "{nonsense:?}"
        );
    }
    assert!(
        press(&mut Answer::default(), "quit11;rgb")
            .iter()
            .all(|part| *part == Heard::Key)
    );
    assert_eq!(
        press(&mut Answer::default(), "\x1b]q"),
        [Heard::Part, Heard::Key]
    );
}

#[test]
fn a_variable_says_the_background_where_it_is_set() {
    let of = |said: &str| {
        let said = said.to_string();
        Background::of_environment(move |name| (name == "COLORFGBG").then(|| said.clone()))
    };
    assert_eq!(of("0;15"), Background::Light);
    assert_eq!(of("0;default;7"), Background::Light);
    assert_eq!(of("15;0"), Background::Dark);
    assert_eq!(of(""), Background::Dark);
}

/// A board with nobody on it.
fn board(bench: &Bench, variables: &[(&str, &str)]) -> Pty {
    let start = Start {
        arguments: &[],
        variables,
        width: 90,
        height: 24,
    };
    let pty = bench.in_terminal(tempfile::tempdir().unwrap(), start);
    pty.wait_for_text("Nobody is on the board yet");
    pty
}

fn wrote(pty: &Pty, wanted: &str) -> bool {
    String::from_utf8_lossy(&pty.written()).contains(wanted)
}

/// The colour of headings and keys.
const DARK: &str = "38;2;188;188;188";
const LIGHT: &str = "38;2;68;68;68";

#[test]
fn a_light_terminal_gets_the_light_theme_and_types_nothing() {
    let bench = Bench::new();
    let mut pty = board(&bench, &[]);
    assert!(wrote(&pty, "\x1b]11;?"), "the terminal was not asked");
    assert!(wrote(&pty, DARK) && !wrote(&pty, LIGHT));
    // The answer comes late, in pieces, while something is typed.
    pty.send("/");
    pty.wait_for_text("0 of 0");
    pty.send("\x1b]11;rgb:ffff/ff");
    std::thread::sleep(std::time::Duration::from_millis(20));
    pty.send("ff/ffff\x1b\\ben");
    let text = pty.wait_for_text("/ben");
    assert!(!text.contains("rgb") && !text.contains("11;"), "{text}");
    bench::until("the light theme is drawn", || wrote(&pty, LIGHT));
    // The user comes back from where they have changed it.
    let before = pty.written().len();
    pty.send("\x1b[I");
    let since = || String::from_utf8_lossy(&pty.written()[before..]).into_owned();
    bench::until("it is asked again", || since().contains("\x1b]11;?"));
    pty.send("\x1b]11;rgb:0000/0000/0000\x07");
    pty.send("\x7f\x7f\x7f\x1b");
    bench::until("the dark theme is drawn", || {
        let since = String::from_utf8_lossy(&pty.written()[before..]).into_owned();
        since.contains("38;2;") && !since.contains(LIGHT)
    });
}

#[test]
fn the_theme_follows_a_terminal_that_stays_in_front() {
    let bench = Bench::new();
    bench.write("book.toml", "[[contact]]\naddress = \"anna@sie.at\"\n");
    let book = bench.path("book.toml").display().to_string();
    let start = Start {
        arguments: &["--contacts", &book, "--interval", "1"],
        variables: &[],
        width: 90,
        height: 24,
    };
    let mut pty = bench.in_terminal(tempfile::tempdir().unwrap(), start);
    pty.wait_for_text("anna");
    let asked = |pty: &Pty| {
        let written = pty.written();
        String::from_utf8_lossy(&written)
            .matches("\x1b]11;?")
            .count()
    };
    assert_eq!(asked(&pty), 1);
    pty.send("\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
    bench::until("the light theme is drawn", || wrote(&pty, LIGHT));
    let before = pty.written().len();
    bench::until("it is asked again", || asked(&pty) == 2);
    pty.send("\x1b]11;rgb:0000/0000/0000\x1b\\");
    bench::until("the dark theme is drawn", || {
        String::from_utf8_lossy(&pty.written()[before..]).contains(DARK)
    });
}

#[test]
fn the_variable_counts_until_the_terminal_answers() {
    let bench = Bench::new();
    let pty = board(&bench, &[("COLORFGBG", "0;15")]);
    assert!(wrote(&pty, LIGHT) && !wrote(&pty, DARK));
}

#[test]
fn each_depth_uses_only_its_own_colours() {
    let bench = Bench::new();
    let variables = |more: &[(&'static str, &'static str)]| more.to_vec();
    for (variables, allowed) in [
        (variables(&[("NO_COLOR", "1")]), ""),
        (
            variables(&[("COLORTERM", ""), ("TERM", "xterm")]),
            "sixteen",
        ),
        (variables(&[("COLORTERM", "")]), "38;5;"),
        (variables(&[]), "38;2;"),
    ] {
        let pty = board(&bench, &variables);
        for depth in ["38;5;", "38;2;", "48;5;", "48;2;"] {
            let expected = !allowed.is_empty() && depth[1..] == allowed[1..];
            // Crossterm writes the sixteen as the first of the 256.
            let sixteen = allowed == "sixteen" && depth.ends_with("5;");
            let is_written = wrote(&pty, depth);
            assert!(expected || sixteen || !is_written, "{variables:?} {depth}");
            assert!(!is_written || !allowed.is_empty());
        }
        assert!(allowed.len() != 5 || wrote(&pty, allowed), "{variables:?}");
        let asked = wrote(&pty, "\x1b]11;?");
        assert_eq!(asked, !allowed.is_empty(), "{variables:?}");
    }
}

#[test]
fn a_theme_of_the_users_own_is_drawn_and_a_mistake_in_it_is_no_hindrance() {
    let bench = Bench::new();
    let start = |text: &str| {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("config/whosin/themes");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("mine.toml"), text).unwrap();
        let start = Start {
            arguments: &["--theme", "mine"],
            variables: &[],
            width: 160,
            height: 24,
        };
        let pty = bench.in_terminal(home, start);
        pty.wait_for_text("Nobody is on the board yet");
        pty
    };
    let pty = start("accent = \"#010203\"\n");
    assert!(wrote(&pty, "38;2;1;2;3"));
    let pty = start("available = \"blue\"\n");
    pty.wait_for_text("mine.toml, line 1: a colour is");
}

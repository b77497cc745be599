//! What several test files need: a board with people on it, drawn to text.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use whosin::board::{
    AccountEffect, AccountId, AccountMessage, Action, Board, ContactId, Effect, Message, Order,
    Preferences, Remembered, UserMessage, View, WorldEffect, WorldMessage,
};
use whosin::calling::{ContactAction, ContactActions, Hook, Hooks, Rings};
use whosin::contacts::Contact;
use whosin::directory::Scheme;
use whosin::link::{Link, LinkState, Mode, Outcome, Report};
use whosin::presence::{Address, IconSet, Presence, read_document};
use whosin::tui::{Background, Depth, Keys, Layout, Look, Scene, Targets, Themes, draw};

/// The sizes of screens that people have, in columns and lines.
pub const SIZES: [(u16, u16); 7] = [
    (200, 50),
    (120, 32),
    (80, 24),
    (40, 20),
    (30, 12),
    (20, 6),
    (16, 3),
];

/// The moment at which every test begins.
pub fn start() -> Timestamp {
    "2026-11-23T09:14:00Z".parse().unwrap()
}

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Who has this address in the board's own book.
pub fn id(text: &str) -> ContactId {
    ContactId::main(address(text))
}

/// A message for the board's own account.
pub fn own(message: AccountMessage) -> WorldMessage {
    WorldMessage::Account(AccountId::MAIN, message)
}

/// An effect for the board's own account.
pub fn wanted(effect: AccountEffect) -> Effect {
    Effect::World(WorldEffect::Account(AccountId::MAIN, effect))
}

pub fn contact(address: &str, name: &str, group: &str) -> Contact {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
    Contact {
        name: some(name),
        group: some(group),
        ..Contact::new(address.parse().unwrap())
    }
}

/// The presence of a person who does what the elements inside `activities` say.
pub fn doing(activities: &str) -> Presence {
    document(&format!(
        "<dm:person><r:activities>{activities}</r:activities></dm:person>\
         <tuple id='phone'><status><basic>open</basic></status></tuple>"
    ))
}

/// The presence that a document with this inside tells.
pub fn document(inside: &str) -> Presence {
    let xml = format!(
        "<presence xmlns='urn:ietf:params:xml:ns:pidf' \
         xmlns:dm='urn:ietf:params:xml:ns:pidf:data-model' \
         xmlns:r='urn:ietf:params:xml:ns:pidf:rpid' \
         xmlns:c='urn:cisco:params:xml:ns:pidf:rpid' entity='sip:someone@sie.at'>{inside}</presence>"
    );
    read_document(&xml).unwrap().presence(start(), &["en"])
}

pub fn report(who: &str, at: Timestamp, presence: Presence) -> WorldMessage {
    own(AccountMessage::Reports(vec![Report {
        address: address(who),
        at,
        outcome: Outcome::Answered(Arc::new(presence)),
    }]))
}

pub fn outcome(who: &str, at: Timestamp, outcome: Outcome) -> WorldMessage {
    own(AccountMessage::Reports(vec![Report {
        address: address(who),
        at,
        outcome,
    }]))
}

pub fn link(state: LinkState) -> Link {
    Link {
        server: "cup.sie.at".into(),
        user: "klmt".into(),
        mode: Mode::Every(Duration::from_secs(5)),
        warning: None,
        remark: None,
        own: None,
        shown: None,
        state,
    }
}

/// The program's own themes, of which one is chosen.
pub fn themes(name: &str, depth: Depth) -> Themes {
    let nowhere = std::path::Path::new("/nowhere");
    Themes::new(nowhere, name.parse().unwrap(), Background::Dark, depth)
}

/// The same actions on every system.
fn actions() -> ContactActions {
    let presets = ["tel", "mobile", "sip", "mail", "webex-chat", "webex-call"];
    let presets = presets.map(|preset| ContactAction::of_preset(preset).unwrap());
    presets.into_iter().collect()
}

/// Hooks that name whom they run for.
fn hooks() -> Hooks {
    let hook = |name| Hook::new(&[name, "{user}", "{state}", "{activity}"]).unwrap();
    Hooks {
        on_change: Some(hook("changed")),
        on_free: Some(hook("free")),
    }
}

/// A gong that says for whom.
fn rings() -> Rings {
    let gong = ContactAction::new("Gong", None, &["gong", "{user}"]).unwrap();
    let phone = ContactAction::new("Phone", None, &["phone", "{number}"]).unwrap();
    [gong, phone].into_iter().collect()
}

/// A board, a clock and a screen.
pub struct Desk {
    pub board: Board,
    pub now: Timestamp,
    pub look: Look,
    pub width: u16,
    pub height: u16,
    pub targets: Targets,
}

impl Desk {
    pub fn empty(width: u16, height: u16) -> Desk {
        Desk::with(Desk::preferences(), width, height)
    }

    /// What a board goes by where nothing is set.
    pub fn preferences() -> Preferences {
        Preferences {
            domain: Some("sie.at".into()),
            free_for: SignedDuration::from_secs(3),
            mouse: true,
            mouse_by_itself: true,
            view: None,
            order: Order::Name,
            hide_offline: false,
            tabs: Vec::new(),
            type_to_find: false,
            wall: false,
            actions: actions(),
            hooks: hooks(),
            rings: rings(),
            directory: false,
            scheme: Scheme::User,
            zone: TimeZone::UTC,
        }
    }

    /// A board that goes by this, without contacts.
    pub fn with(preferences: Preferences, width: u16, height: u16) -> Desk {
        let board = Board::new(preferences, link(LinkState::Up), start());
        let look = Look {
            theme: themes("dark", Depth::True).theme(),
            themes: themes("dark", Depth::True),
            icons: IconSet::Unicode,
            keys: Keys::default(),
            dim: None,
            zone: TimeZone::UTC,
        };
        Desk {
            board,
            now: start(),
            look,
            width,
            height,
            targets: Targets::default(),
        }
    }

    /// A board with ten people in three groups, in every state that there is.
    pub fn staffed(width: u16, height: u16) -> Desk {
        let mut desk = Desk::empty(width, height);
        desk.staff();
        desk
    }

    /// The ten people of [`Desk::staffed`] come onto the board.
    pub fn staff(&mut self) {
        let desk = self;
        let people = [
            ("ursula@sie.at", "Ursula One", "Front desk"),
            ("ben@sie.at", "Ben Two", "Front desk"),
            ("carla@sie.at", "Carla Three", "Front desk"),
            ("dan@sie.at", "Dan Four", "Front desk"),
            ("eve@sie.at", "Eve Five", "Front desk"),
            ("jose@sie.at", "José María de la Cruz y Quesada", "Sales"),
            ("lin@sie.at", "林美玲", "Sales"),
            ("zoe@sie.at", "Zoë 👩‍💻 Eight", "Sales"),
            ("nine@sie.at", "", ""),
            ("ten@sie.at", "Ten", ""),
        ];
        let contacts = people.map(|(address, name, group)| contact(address, name, group));
        desk.send(own(AccountMessage::Contacts(contacts.to_vec())));
        let before = start() - SignedDuration::from_mins(40);
        for (who, activities) in [
            ("ursula@sie.at", "<c:available/>"),
            ("ben@sie.at", "<r:on-the-phone/><c:meeting/>"),
            ("carla@sie.at", "<r:lunch/>"),
            ("dan@sie.at", "<c:dnd/>"),
            ("jose@sie.at", "<c:vacation/>"),
            ("lin@sie.at", "<c:available/>"),
            ("zoe@sie.at", "<c:unavailable/>"),
            ("nine@sie.at", "<c:unknown/>"),
        ] {
            // The server answers so for whom it does not know.
            let basic = match activities {
                "<c:unknown/>" => "closed",
                _ => "open",
            };
            let inside = format!(
                "<dm:person><r:activities>{activities}</r:activities></dm:person>\
                 <tuple id='phone'><status><basic>{basic}</basic></status></tuple>"
            );
            let now = desk.now - SignedDuration::from_secs(2);
            let presence = document(&inside);
            let minutes = (0..40).map(|minutes| before + SignedDuration::from_mins(minutes));
            for at in minutes.chain([now]) {
                desk.board.update(report(who, at, presence.clone()), at);
            }
        }
        desk.send(outcome("eve@sie.at", start(), Outcome::NotAnswered));
    }

    /// A board that was just started: six people are remembered, from today and from other days;
    /// one has answered since, and one was left out of the answer.
    pub fn remembering(width: u16, height: u16) -> Desk {
        let mut desk = Desk::empty(width, height);
        let people = [
            ("ursula@sie.at", "Ursula One", "Front desk"),
            ("ben@sie.at", "Ben Two", "Front desk"),
            ("carla@sie.at", "Carla Three", "Front desk"),
            ("dan@sie.at", "Dan Four", "Front desk"),
            ("eve@sie.at", "Eve Five", "Sales"),
            ("lin@sie.at", "林美玲", "Sales"),
            ("new@sie.at", "New Person", "Sales"),
        ];
        let contacts = people.map(|(address, name, group)| contact(address, name, group));
        desk.send(own(AccountMessage::Contacts(contacts.to_vec())));
        let remembered = [
            ("ursula@sie.at", "<c:available/>", 70),
            ("ben@sie.at", "<r:on-the-phone/>", 70),
            ("carla@sie.at", "<r:lunch/>", 16 * 60),
            ("dan@sie.at", "<c:dnd/>", 400 * 24 * 60),
            ("eve@sie.at", "<c:available/>", 12),
            ("lin@sie.at", "<c:unavailable/>", 12),
        ];
        let remembered = remembered.map(|(who, activities, minutes)| {
            let remembered = Remembered {
                presence: Arc::new(doing(activities)),
                asked_at: desk.now - SignedDuration::from_mins(minutes),
            };
            (address(who), remembered)
        });
        desk.send(own(AccountMessage::Remembered(remembered.to_vec())));
        desk.send(report("eve@sie.at", desk.now, doing("<c:available/>")));
        desk.send(outcome("lin@sie.at", desk.now, Outcome::NotAnswered));
        desk
    }

    pub fn send(&mut self, message: impl Into<Message>) -> Vec<Effect> {
        self.board.update(message, self.now)
    }

    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        self.draw();
        self.send(UserMessage::Act(action))
    }

    /// Presses the key for the view until it is this one.
    pub fn choose_view(&mut self, view: View) {
        for _ in View::ALL {
            if self.board.view() == Some(view) {
                return;
            }
            self.act(Action::View);
        }
        assert_eq!(self.board.view(), Some(view));
    }

    pub fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            self.send(UserMessage::Type(tui_input::InputRequest::InsertChar(
                character,
            )));
        }
    }

    /// Lets seconds pass.
    pub fn wait(&mut self, seconds: i64) -> Vec<Effect> {
        self.pass(SignedDuration::from_secs(seconds))
    }

    /// Lets time pass.
    pub fn pass(&mut self, time: SignedDuration) -> Vec<Effect> {
        self.now += time;
        self.send(Message::Tick)
    }

    pub fn draw(&mut self) -> Terminal<TestBackend> {
        let area = Rect::new(0, 0, self.width, self.height);
        let layout = Layout::of(area, &self.board, self.now);
        if let Some(room) = layout.room() {
            self.board.fit(room);
        }
        let mut terminal = Terminal::new(TestBackend::new(self.width, self.height)).unwrap();
        let Desk {
            board,
            look,
            now,
            targets,
            ..
        } = self;
        terminal
            .draw(|frame| {
                let now = *now;
                *targets = draw(frame, &layout, Scene { board, look, now });
            })
            .unwrap();
        self.board.limit_scroll(self.targets.last_scroll);
        terminal
    }

    /// What is on the screen, line by line, without the spaces at the ends.
    pub fn screen(&mut self) -> String {
        let terminal = self.draw();
        let buffer = terminal.backend().buffer();
        let line = |y: u16| {
            let mut line = String::new();
            let mut x = 0;
            while x < buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += unicode_width::UnicodeWidthStr::width(symbol).max(1) as u16;
            }
            line.trim_end().to_string()
        };
        (0..buffer.area.height)
            .map(line)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

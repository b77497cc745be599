//! The last line: the keys that fit the moment.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::fit::cells;
use super::look::Look;
use super::screen::{Target, Targets};
use crate::board::{Action, Attempt, Board, Pane, Purpose, Replace};

/// The hints that fit the moment: action and word.
fn hints(board: &Board) -> &'static [(Action, &'static str)] {
    let typing = board.search().is_some_and(|search| search.typing);
    match board.pane() {
        Pane::Form(form) => match form.purpose() {
            Purpose::Add(_) if form.lookup().is_some_and(|found| !found.people.is_empty()) => &[
                (Action::Open, "add"),
                (Action::Down, "choose"),
                (Action::Mark, "mark"),
                (Action::Next, "next field"),
                (Action::Back, "cancel"),
            ],
            Purpose::DirectorySignIn => &[(Action::Open, "sign in"), (Action::Back, "back")],
            Purpose::Annotate(_) => &[(Action::Open, "save"), (Action::Back, "cancel")],
            Purpose::Add(_) | Purpose::Change(_) | Purpose::Move => &[
                (Action::Open, "save"),
                (Action::Next, "next field"),
                (Action::Back, "cancel"),
            ],
            Purpose::Import => &[
                (Action::Open, "import"),
                (Action::Next, "complete"),
                (Action::Back, "cancel"),
            ],
            Purpose::Export(Replace::Refused) => &[
                (Action::Open, "export"),
                (Action::Next, "complete"),
                (Action::Back, "cancel"),
            ],
            Purpose::SignIn(sign_in) => match sign_in.attempt {
                Attempt::UnderWay => &[(Action::Back, "leave")],
                Attempt::UnknownCertificate(_) => &[
                    (Action::Trust, "trust exactly this one"),
                    (Action::Back, "leave"),
                ],
                Attempt::None | Attempt::Refused(_) => &[
                    (Action::Open, "sign in"),
                    (Action::Next, "next field"),
                    (Action::Demo, "demo, without a server"),
                    (Action::Back, "leave"),
                ],
            },
            Purpose::Export(Replace::Allowed) => {
                &[(Action::Open, "replace it"), (Action::Back, "cancel")]
            }
        },
        Pane::Help { .. } => &[(Action::Back, "close")],
        Pane::Details { .. } => &[
            (Action::Back, "close"),
            (Action::Help, "why"),
            (Action::Watch, "tell me when free"),
            (Action::Call, "call"),
            (Action::Actions, "more"),
            (Action::Annotate, "note"),
            (Action::Copy, "copy address"),
            (Action::Edit, "edit"),
            (Action::Remove, "remove"),
            (Action::Quit, "quit"),
        ],
        Pane::Settings { .. } => &[
            (Action::Right, "change"),
            (Action::Left, "back"),
            (Action::Back, "close"),
        ],
        Pane::Own(_) => &[
            (Action::Open, "set"),
            (Action::Back, "cancel"),
            (Action::Left, "shorter"),
            (Action::Right, "longer"),
        ],
        Pane::Actions { .. } => &[(Action::Open, "do it"), (Action::Back, "close")],
        Pane::WhoIsFree { .. } | Pane::Lately { .. } | Pane::Refused { .. } => {
            &[(Action::Back, "close"), (Action::Quit, "quit")]
        }
        Pane::Contacts if typing && board.offers_directory() => &[
            (Action::Open, "search the directory"),
            (Action::Back, "show all"),
        ],
        Pane::Contacts if typing => &[(Action::Open, "keep"), (Action::Back, "show all")],
        Pane::Contacts => &[
            (Action::Add, "add"),
            (Action::Remove, "remove"),
            (Action::Find, "find"),
            (Action::Help, "help"),
            (Action::Quit, "quit"),
            (Action::Open, "details"),
            (Action::Call, "call"),
            (Action::Watch, "tell me when free"),
            (Action::Annotate, "note"),
            (Action::Sort, "sort"),
            (Action::FoldGroup, "groups"),
            (Action::View, "view"),
            (Action::Refresh, "refresh"),
            (Action::WhoIsFree, "who is free"),
            (Action::Lately, "lately"),
            (Action::HideOffline, "hide offline"),
            (Action::Freeze, "freeze"),
            (Action::OwnPresence, "my presence"),
            (Action::Move, "move"),
            (Action::Settings, "settings"),
            (Action::Import, "import"),
            (Action::Export, "export"),
        ],
    }
}

/// Draws the keys that fit, the most needed first; each is a button.
pub fn draw(buffer: &mut Buffer, area: Rect, board: &Board, look: &Look, targets: &mut Targets) {
    if area.is_empty() {
        return;
    }
    let mut x = area.x + 1;
    for &(action, word) in hints(board) {
        let Some(key) = look.keys.hint(action, board) else {
            continue;
        };
        let key = key.to_string();
        let width = (cells(&key) + 1 + cells(word)) as u16;
        if x + width > area.right() {
            break;
        }
        buffer.set_stringn(x, area.y, &key, cells(&key), look.theme.key());
        buffer.set_stringn(
            x + cells(&key) as u16 + 1,
            area.y,
            word,
            cells(word),
            look.theme.dim(),
        );
        targets.add(Rect { x, width, ..area }, Target::Button(action));
        x += width + 2;
    }
}

//! One session for several panes: real processes beside each other, somebody who takes the user
//! away from all of them, a primary that comes back to all of them.

use crate::support::pty;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use crate::support::pty::{Pty, Start};
use crate::support::service::{
    Feed, config, everybody, leave, link_where, next, reports, service, spawn, still, trouble,
    untroubled,
};
use jiff::Timestamp;
use tokio::runtime::Runtime;
use whosin::feed::{self, Command, Config, Return, Update};
use whosin::link::{Link, LinkState};
use whosin::pws::Endpoint;
use whosin::simulator::{Node, Operation, Scenario, Simulator, Trouble};

fn shared(service: &Simulator, folder: &Path) -> Config {
    Config {
        session_folder: Some(folder.join("run")),
        ..config(service, "simulated")
    }
}

fn watching(service: &Simulator, config: Config) -> Feed {
    let feed = spawn(config).unwrap();
    feed.commands
        .send(Command::Contacts(everybody(service)))
        .unwrap();
    feed
}

/// Reads until the answers are surely those to requests that were sent after a moment: as many may
/// have been under way then as are allowed.
async fn answers_after(feed: &mut Feed, moment: Timestamp) {
    let mut rounds = 0;
    while rounds <= Config::IN_FLIGHT {
        match next(feed).await {
            Update::Reports(reports) => {
                rounds += usize::from(reports.iter().all(|report| report.at > moment));
            }
            Update::Notice(words) | Update::NewHost(words) => panic!("{words}"),
            Update::ClockSet(_) => {}
            Update::Link(link) => assert!(
                matches!(link.state, LinkState::Up | LinkState::SigningIn),
                "{link:?}"
            ),
        }
    }
}

/// The one file in the folder with this ending.
/// The file of the session that has this ending.
fn file(folder: &Path, ending: &str) -> Option<PathBuf> {
    let ends = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("session-") && path.extension().is_some_and(|it| it == ending)
    };
    let entries = fs::read_dir(folder.join("run")).unwrap();
    entries.map(|entry| entry.unwrap().path()).find(ends)
}

#[tokio::test]
async fn who_takes_the_user_from_all_panes_twice_is_given_way_to_by_all() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    // Where the same key comes again, nobody has to take it from anybody.
    service.set_scenario(Trouble::AlreadyIn);
    let mut feeds: Vec<Feed> = (0..4)
        .map(|_| watching(&service, shared(&service, folder.path())))
        .collect();
    for feed in &mut feeds {
        reports(feed).await;
    }
    service.steal();
    let stolen = Timestamp::now();
    for feed in &mut feeds {
        answers_after(feed, stolen).await;
    }
    assert_eq!(service.tally().end_user_logins, 2);
    service.steal();
    for feed in &mut feeds {
        let words = tokio::time::timeout(Duration::from_secs(30), trouble(feed)).await;
        let words = words.expect("one of them fights on");
        assert!(words.contains("someone else signs in as klmt"), "{words}");
    }
    for feed in feeds {
        leave(feed).await;
    }
}

#[tokio::test]
async fn sessions_that_run_out_for_all_panes_again_and_again_are_nobodys_doing() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    let mut feeds: Vec<Feed> = (0..3)
        .map(|_| watching(&service, shared(&service, folder.path())))
        .collect();
    for feed in &mut feeds {
        reports(feed).await;
    }
    for times in 1..=4 {
        service.expire_end_users();
        let expired = Timestamp::now();
        for feed in &mut feeds {
            answers_after(feed, expired).await;
        }
        assert_eq!(service.tally().end_user_logins, 1 + times);
    }
    for feed in feeds {
        leave(feed).await;
    }
    assert_eq!(service.signed_in(), (1, 0));
}

#[tokio::test]
async fn panes_go_to_another_node_and_come_back_with_one_sign_in_each_way() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    // Elsewhere a second sign-in would come to the same key, and not be noticed.
    service.set_scenario(Trouble::AlreadyIn);
    let [first, second] = [Node::First, Node::Second].map(|node| service.url_of(node));
    let (first, second) = (
        Endpoint::parse(&first).unwrap(),
        Endpoint::parse(&second).unwrap(),
    );
    let soon = Duration::from_millis(300);
    let config = Config {
        others: vec![second.clone()],
        primary_again: Return {
            first: soon,
            then: soon,
        },
        ..shared(&service, folder.path())
    };
    let mut feeds: Vec<Feed> = (0..3).map(|_| watching(&service, config.clone())).collect();
    for feed in &mut feeds {
        reports(feed).await;
    }
    let up_at = |node: &Endpoint| {
        let node = node.to_string();
        move |link: &Link| link.state == LinkState::Up && link.server == node
    };
    service.stop_node(Node::First).await;
    for feed in &mut feeds {
        link_where(feed, up_at(&second)).await;
    }
    assert_eq!(service.tally().end_user_logins, 2);
    service.start_node(Node::First).await;
    for feed in &mut feeds {
        link_where(feed, up_at(&first)).await;
    }
    // Longer than until the primary is tried again.
    for feed in &mut feeds {
        untroubled(feed, 5).await;
    }
    assert_eq!(service.tally().end_user_logins, 3);
    for feed in feeds {
        leave(feed).await;
    }
}

#[tokio::test]
async fn a_round_outlives_the_board_whose_session_it_uses() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    let config = shared(&service, folder.path());
    let mut board = watching(&service, config.clone());
    reports(&mut board).await;
    service.set_scenario("slow=1,already-in".parse::<Scenario>().unwrap());
    let client = config.client().unwrap();
    let people = everybody(&service);
    let polls = service.tally().of(Operation::GetPolledPresence);
    let round = async {
        let reports = feed::ask_once(&client, &config, &people).await.unwrap();
        assert_eq!(reports.len(), 10);
    };
    let leaving = async {
        while service.tally().of(Operation::GetPolledPresence) == polls {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        leave(board).await;
    };
    tokio::join!(round, leaving);
    assert_eq!(service.tally().end_user_logins, 1);
    assert_eq!(service.signed_in(), (1, 0));
    assert_eq!(file(folder.path(), "json"), None);
}

#[tokio::test]
async fn who_waits_for_the_lock_of_others_can_leave() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    let mut feed = watching(&service, shared(&service, folder.path()));
    reports(&mut feed).await;
    leave(feed).await;
    // Somebody else is about to sign out, and does not get on with it.
    let holders = File::options()
        .write(true)
        .open(file(folder.path(), "holders").unwrap())
        .unwrap();
    holders.try_lock().unwrap();
    let waiting = watching(&service, shared(&service, folder.path()));
    let leaving = tokio::time::timeout(Duration::from_secs(15), leave(waiting));
    assert!(leaving.await.is_ok(), "it waits for the lock all the same");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_leaves_each_with_a_session_of_its_own() {
    let (service, folder) = (service(still(10)).await, tempfile::tempdir().unwrap());
    fs::write(folder.path().join("run"), "a file").unwrap();
    let mut feed = watching(&service, shared(&service, folder.path()));
    untroubled(&mut feed, 2).await;
    leave(feed).await;
    assert_eq!(service.signed_in(), (1, 0));
}

/// A service, and the home folder of a user of it.
struct Desk {
    _runtime: Runtime,
    service: Simulator,
    home: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .worker_threads(1)
            .build()
            .unwrap();
        let starting = Simulator::start("127.0.0.1:0".parse().unwrap(), still(4));
        let service = runtime.block_on(starting).unwrap();
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("config/whosin");
        fs::create_dir_all(&folder).unwrap();
        let contact = |address| format!("[[contact]]\naddress = \"{address}\"\n");
        let book: String = everybody(&service).into_iter().map(contact).collect();
        fs::write(folder.join("contacts.toml"), book).unwrap();
        let settings = format!(
            "server = \"{}\"\napp_user = \"whosin\"\nuser = \"klmt\"\ninterval = 1\nmode = \"poll\"\n",
            service.url()
        );
        fs::write(folder.join("config.toml"), settings).unwrap();
        Desk {
            _runtime: runtime,
            service,
            home,
        }
    }

    fn board(&self) -> Pty {
        let run = self.home.path().join("run").display().to_string();
        let config = self.home.path().join("config").display().to_string();
        let board = Pty::start(Start {
            arguments: &[],
            variables: &[
                ("WHOSIN_APP_PASSWORD", "simulated"),
                ("XDG_RUNTIME_DIR", &run),
                ("XDG_CONFIG_HOME", &config),
            ],
            width: 100,
            height: 20,
        });
        board.wait_for_text(" ago");
        board
    }

    fn status(&self) -> Output {
        std::process::Command::new(env!("CARGO_BIN_EXE_whosin"))
            .env_clear()
            .envs(pty::environment(self.home.path()))
            .env("WHOSIN_APP_PASSWORD", "simulated")
            .arg("status")
            .output()
            .unwrap()
    }

    fn sign_ins(&self) -> (u64, u64) {
        let tally = self.service.tally();
        (tally.application_logins, tally.end_user_logins)
    }
}

#[test]
fn real_panes_and_a_script_share_one_session() {
    let desk = Desk::new();
    let (mut first, mut second) = (desk.board(), desk.board());
    let printed = desk.status();
    assert!(printed.status.success(), "{printed:?}");
    assert_eq!(desk.sign_ins(), (1, 1));
    first.send("q");
    assert_eq!(first.wait_for_end(), 0);
    assert_eq!(desk.service.signed_in(), (1, 1));
    second.send("q");
    assert_eq!(second.wait_for_end(), 0);
    assert_eq!(desk.service.signed_in(), (1, 0));
}

#[cfg(unix)]
#[test]
fn what_a_killed_pane_leaves_serves_the_next_process_which_signs_out() {
    let desk = Desk::new();
    let mut board = desk.board();
    let process = board.child.process_id().unwrap().try_into().unwrap();
    let process = rustix::process::Pid::from_raw(process).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
    board.wait_for_end();
    assert_eq!(desk.service.signed_in(), (1, 1));
    assert!(desk.status().status.success());
    assert_eq!(desk.sign_ins(), (1, 1));
    assert_eq!(desk.service.signed_in(), (1, 0));
}

//! The way to a file: through folders and links to where it really is.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::sys::storage::is_cheap_to_watch;

/// As many links lead from one to the next as a system follows.
const MOST_LINKS: usize = 40;

/// What is really at a path, which need not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Each folder, link and file that the way leads through, in order.
    places: Vec<Place>,
    /// Where it ends.
    target: PathBuf,
}

/// A folder, a link or a file on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    path: PathBuf,
    is_link: bool,
}

impl Way {
    /// Goes from a path on, through links to others and through folders that are links.
    pub fn of(path: &Path) -> Way {
        let mut way = Way {
            places: Vec::new(),
            target: PathBuf::new(),
        };
        let mut links = 0;
        // What is still to go, the next at the end.
        let mut ahead = parts(path);
        while let Some(part) = ahead.pop() {
            match part.components().next() {
                Some(Component::Normal(name)) => {
                    let place = way.target.join(name);
                    let link = fs::read_link(&place).ok().filter(|_| links < MOST_LINKS);
                    way.places.push(Place {
                        path: place.clone(),
                        is_link: link.is_some(),
                    });
                    match link {
                        // A relative link starts at its own folder, where the way is now.
                        Some(link) => {
                            links += 1;
                            ahead.extend(parts(&link));
                        }
                        None => way.target = place,
                    }
                }
                Some(Component::ParentDir) if way.target.file_name().is_some() => {
                    way.target.pop();
                }
                Some(Component::CurDir) | None => {}
                Some(other) => way.target.push(other),
            }
        }
        way
    }

    /// Where the way ends.
    pub fn into_target(self) -> PathBuf {
        self.target
    }

    /// The names of all that the way leads through.
    pub fn names(&self) -> impl Iterator<Item = &OsStr> {
        self.places
            .iter()
            .filter_map(|place| place.path.file_name())
    }

    /// The folders in which something happens where the way changes: those of the links and the last that
    /// there is; where watching it is cheap, each other one, too, for what is in it may be put away whole.
    /// None for a device, such as that which is always empty: programs write to it all the time.
    pub fn folders(&self) -> Vec<PathBuf> {
        let is_device = |data: fs::Metadata| !data.is_file() && !data.is_dir();
        if fs::metadata(&self.target).is_ok_and(is_device) {
            return Vec::new();
        }
        let is_there = |place: &Place| folder(&place.path).is_dir();
        let last = self.places.iter().rposition(is_there);
        let places = self.places.iter().enumerate();
        let places = places.filter(|(at, place)| {
            Some(*at) == last
                || place.is_link
                || Some(*at) < last && is_cheap_to_watch(&folder(&place.path))
        });
        let mut folders = Vec::new();
        for (_, place) in places {
            let folder = folder(&place.path);
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        folders
    }
}

/// The parts of a path, the first at the end.
fn parts(path: &Path) -> Vec<PathBuf> {
    let parts = path.components().rev();
    parts.map(|part| PathBuf::from(part.as_os_str())).collect()
}

fn folder(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new(".")).to_path_buf()
}

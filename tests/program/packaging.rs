//! What a packager relies on: the statement of the least Rust, and the metadata.

use std::process::Command;

use serde_json::Value;

/// The platform of this machine: for others the dependencies may not be here.
fn platform() -> String {
    let told = Command::new("rustc").arg("-vV").output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_string()
}

fn metadata() -> Value {
    let done = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(["--filter-platform", &platform()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{words}");
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Major and minor of a version of Rust.
fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

/// The packages that the program is built from, on this platform and without those of the tests.
fn built_in(metadata: &Value) -> Vec<&str> {
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let mut wanted = vec![metadata["resolve"]["root"].as_str().unwrap()];
    let mut at = 0;
    while at < wanted.len() {
        let node = nodes.iter().find(|node| node["id"] == wanted[at]).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            let package = dependency["pkg"].as_str().unwrap();
            if kinds.iter().any(|kind| kind["kind"] != "dev") && !wanted.contains(&package) {
                wanted.push(package);
            }
        }
        at += 1;
    }
    wanted
}

#[test]
fn no_dependency_needs_a_newer_rust_than_is_stated() {
    let metadata = metadata();
    let stated = version(env!("CARGO_PKG_RUST_VERSION"));
    let built_in = built_in(&metadata);
    assert!(built_in.len() > 100, "{}", built_in.len());
    let packages = metadata["packages"].as_array().unwrap();
    for package in packages {
        let is_in = built_in.iter().any(|id| package["id"] == *id);
        if let Some(needed) = package["rust_version"].as_str().filter(|_| is_in) {
            let name = &package["name"];
            assert!(version(needed) <= stated, "{name} needs Rust {needed}");
        }
    }
}

#[test]
fn the_readme_states_the_same_rust() {
    let readme = include_str!("../../README.md");
    let stated = format!("Rust ({} or newer)", env!("CARGO_PKG_RUST_VERSION"));
    assert!(readme.contains(&stated), "{stated}");
}

#[test]
fn the_metadata_is_complete_enough_to_publish() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let own = packages
        .iter()
        .find(|package| package["name"] == "whosin")
        .unwrap();
    for field in ["description", "license", "readme", "rust_version"] {
        assert!(own[field].is_string(), "{field}");
    }
    for field in ["keywords", "categories"] {
        let words = own[field].as_array().unwrap();
        assert!((1..=5).contains(&words.len()), "{field}: {words:?}");
    }
    // A dependency by path or from a repository could not be published.
    for dependency in own["dependencies"].as_array().unwrap() {
        assert!(dependency["path"].is_null(), "{dependency}");
        assert!(
            dependency["source"]
                .as_str()
                .unwrap_or_default()
                .starts_with("registry+"),
            "{dependency}"
        );
    }
}

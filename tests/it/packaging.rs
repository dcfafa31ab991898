//! Compose file, alert rules, dashboard and units must agree with the program.
//! `scripts/test-package` tests the package under a real systemd.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::support::desk::program;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|fields| fields.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|items| items.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

#[test]
fn the_compose_file_is_whole_and_pins_what_it_uses() {
    let compose = yaml("docker-compose.yml");
    for (name, service) in compose["services"].as_object().unwrap() {
        let image = service["image"].as_str().unwrap();
        let tag = image.rsplit_once(':').map(|(_, tag)| tag).unwrap_or_default();
        assert!(tag.starts_with(|c: char| c.is_ascii_digit()), "{name}: {image} names no version");
        for secret in texts(&service["secrets"]) {
            assert!(keys(&compose["secrets"]).contains(&secret), "{name}: no secret {secret}");
        }
        for network in texts(&service["networks"]) {
            assert!(keys(&compose["networks"]).contains(&network), "{name}: no network {network}");
        }
        for volume in texts(&service["volumes"]) {
            let source = volume.split(':').next().unwrap();
            let known = match source.strip_prefix("./") {
                Some(file) => Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists(),
                None => keys(&compose["volumes"]).contains(&source),
            };
            assert!(known, "{name}: no volume {volume}");
        }
        assert!(service["mem_limit"].is_string() && service["pids_limit"].is_u64(), "{name} has no limits");
        let needs: Vec<&str> = match &service["depends_on"] {
            Value::Object(fields) => fields.keys().map(String::as_str).collect(),
            list => texts(list),
        };
        for other in needs {
            assert!(keys(&compose["services"]).contains(&other), "{name}: no service {other}");
        }
        if let Some(file) = service["build"]["dockerfile"].as_str() {
            assert!(read(file).contains("HEALTHCHECK"), "{name}");
            assert_eq!(service["read_only"], true, "{name}: the root is read-only");
            let mode = |key: &str| service[key].as_str().unwrap_or_default().to_owned();
            assert!(mode("user").is_empty(), "{name}: the image's own user");
        }
    }
    assert_eq!(texts(&compose["services"]["demo"]["profiles"]), ["demo"]);
    assert_eq!(texts(&compose["services"]["desk"]["profiles"]), Vec::<&str>::new());
    let containerfile = read("packaging/Containerfile");
    for line in containerfile.lines().filter(|line| line.starts_with("FROM ")) {
        let version = line.split([':', ' ']).nth(2).unwrap_or_default();
        assert!(version.starts_with(|c: char| c.is_ascii_digit()) || version.contains("-2"), "{line}");
    }
    assert!(containerfile.contains("\nUSER madoguchi\n"));
}

/// `scripts/test-image` builds the image; here cargo only reads the manifest among the files that go into the build.
#[test]
fn the_image_is_built_from_all_files_that_the_manifest_names() {
    let (source, build) = (Path::new(env!("CARGO_MANIFEST_DIR")), tempfile::tempdir().unwrap());
    for name in read(".dockerignore").lines().filter_map(|line| line.strip_prefix('!')) {
        std::os::unix::fs::symlink(source.join(name), build.path().join(name)).unwrap();
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(&build).args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let done = cargo.stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn the_services_of_the_compose_file_have_settings_that_the_program_accepts() {
    let compose = yaml("docker-compose.yml");
    for name in ["desk", "demo"] {
        let mut command = program();
        let folder = tempfile::tempdir().unwrap();
        for (key, value) in compose["services"][name]["environment"].as_object().unwrap() {
            command.env(key, value.as_str().unwrap());
        }
        if name == "desk" {
            command.arg("--config").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/madoguchi.toml"));
        }
        let done =
            command.current_dir(&folder).args(["check", "--offline"]).stdin(Stdio::null()).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

/// Names of metrics in a text.
fn figures(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("madoguchi_") {
        let name: String = text[at..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
        found.insert(name.trim_end_matches("_bucket").to_owned());
    }
    found
}

#[test]
fn alert_rules_and_dashboard_ask_for_figures_that_exist() {
    let known = figures(&(read("src/service/metrics.rs") + &read("src/server/http.rs")));
    assert!(known.len() > 15, "{known:?}");
    let alerts = yaml("packaging/alerts.yml");
    let rules = alerts["groups"][0]["rules"].as_array().unwrap();
    assert!(rules.len() >= 8);
    for rule in rules {
        let (name, expr) = (rule["alert"].as_str().unwrap(), rule["expr"].as_str().unwrap());
        assert!(
            rule["labels"]["severity"].is_string() && rule["annotations"]["summary"].is_string(),
            "{name}"
        );
        let unknown: Vec<String> = figures(expr).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{name} asks for {unknown:?}");
    }
    let dashboard: Value = serde_json::from_str(&read("packaging/dashboard.json")).unwrap();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let unknown: Vec<String> =
                figures(target["expr"].as_str().unwrap()).difference(&known).cloned().collect();
            assert!(unknown.is_empty(), "{} asks for {unknown:?}", panel["title"]);
        }
    }
}

/// Values in the section `[Service]`.
fn service_values(unit: &str, key: &str) -> Vec<String> {
    let section = unit.split("\n[").find(|section| section.starts_with("Service]")).unwrap();
    let values = section.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    values.map(str::to_owned).collect()
}

#[test]
fn the_units_limit_what_the_desk_can_take() {
    for path in ["packaging/madoguchi.service", "packaging/madoguchi@.service"] {
        let unit = read(path);
        for (key, expected) in [
            ("LimitCORE", "0"),
            ("MemoryMax", "2G"),
            ("TasksMax", "64"),
            ("UMask", "0077"),
            ("NoNewPrivileges", "yes"),
        ] {
            assert_eq!(service_values(&unit, key), [expected], "{path}: {key}");
        }
    }
}

#[test]
fn scripts_and_tests_call_no_program_that_a_minimal_debian_lacks() {
    // Of procps and psmisc. bash has a `kill` of its own; a program that starts `kill` needs the package.
    const LACKING: [&str; 10] =
        ["pkill", "pgrep", "pidof", "killall", "ps", "free", "top", "uptime", "watch", "sysctl"];
    let mut scripts: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    scripts.retain(|path| path.is_file());
    assert!(scripts.len() > 10);
    for path in scripts {
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            // The first word of a command.
            for command in line.split(['|', ';', '&', '(', '`']) {
                let first = command.split_whitespace().next().unwrap_or_default();
                assert!(!LACKING.contains(&first), "{}: {line}", path.display());
            }
        }
    }
    let started = concat!("Command::new(\"", "kill\")");
    for file in [
        "tests/it/support/daemon.rs",
        "tests/it/support/rig.rs",
        "examples/rig_pass.rs",
        "examples/rig_report.rs",
    ] {
        assert!(!read(file).contains(started), "{file}");
    }
}

#[test]
fn the_template_unit_is_the_unit_for_one_of_several_desks() {
    let one = read("packaging/madoguchi.service");
    let many = read("packaging/madoguchi@.service");
    assert_eq!(one.lines().count(), many.lines().count());
    let differing: Vec<&str> =
        one.lines().zip(many.lines()).filter(|(a, b)| a != b).map(|(_, b)| b).collect();
    for line in &differing {
        assert!(line.contains("%i") || line.starts_with('#'), "{line}");
    }
    assert_eq!(
        differing.len(),
        12,
        "title, description, start, seven credentials, two folders: {differing:?}"
    );
}

use secrecy::ExposeSecret;

use super::*;

/// The error text for a wrong settings file.
fn error_of(toml: &str) -> String {
    Settings::from_toml(toml).map(|_| "accepted".to_owned()).unwrap_or_else(|error| error.to_string())
}

#[test]
fn the_built_in_desk_is_the_zaitaku_desk_of_fiscal_2025() {
    let settings = Settings::from_toml("").unwrap();
    assert_eq!(settings.desk.address, "zaitaku@tohmatu.co.jp");
    assert_eq!(settings.window.opens.to_string(), "2025-06-27");
    assert_eq!(settings.window.closes.to_string(), "2026-02-28");
    assert_eq!(settings.hours.closed.len(), 1);
    assert_eq!(settings.mailbox.processed_folder, "処理済");
}

#[test]
fn a_wrong_value_is_refused_with_its_key_and_what_is_allowed() {
    for (toml, key, part) in [
        ("[mailbox]\nport = 70000", "mailbox.port: ", "1 to 65535"),
        ("[mailbox]\nport = \"imap\"", "mailbox.port: ", "1 to 65535"),
        ("[mailbox]\nhots = \"a\"", "mailbox.hots: ", "is not a known key"),
        ("[mailboxx]\nhost = \"a\"", "mailboxx: ", "is not a known key"),
        ("[mailbox]\ntls = \"ssl\"", "mailbox.tls: ", "implicit"),
        ("[mailbox]\nhost = \"mail.example.jp\"\ntls = \"none\"", "mailbox.tls: ", "not this machine"),
        ("[delivery]\nhost = \"mail.example.jp\"\ntls = \"none\"", "delivery.tls: ", "not this machine"),
        ("[mailbox]\npoll = \"often\"", "mailbox.poll: ", "60s"),
        ("[mailbox]\nmax_message_size = \"25 elephants\"", "mailbox.max_message_size: ", "25MB"),
        ("[mailbox]\nidle = \"perhaps\"", "mailbox.idle: ", "bool"),
        ("[hours]\ntime_zone = \"Asia/Tokio\"", "hours.time_zone: ", "IANA"),
        ("[hours]\nopens = \"25:00\"", "hours.opens: ", "09:00"),
        ("[hours]\nopens = \"17:00\"\ncloses = \"09:00\"", "hours.closes: ", "not after"),
        ("[hours]\ndays = []", "hours.days: ", "mon"),
        ("[hours]\ndays = [\"someday\"]", "hours.days", ""),
        ("[hours]\nclosed = [\"13-45\"]", "hours.closed", ""),
        ("[window]\nopens = \"2026-03-01\"", "window.closes: ", "before"),
        ("[window]\nopens = \"27 June\"", "window.opens: ", "2025-06-27"),
        ("[sla]\nanswer_within = \"two days\"", "sla.answer_within: ", ""),
        ("[sla]\nwarn_before = \"20h\"", "sla.warn_before: ", "not less"),
        ("[desk]\naddress = \"not an address\"", "desk.address: ", "name@domain"),
        ("[desk]\nlists = [\"all@groups.example.jp\", \"List-Id\"]", "desk.lists[1]: ", "name@domain"),
        ("[desk]\nticket_prefix = \"zt-1\"", "desk.ticket_prefix: ", "capital letters"),
        ("[desk]\nticket_prefix = \"MAIL\"", "desk.ticket_prefix: ", "but not MAIL, REPORT or FAQ"),
        ("[desk]\nticket_prefix = \"FAQ\"", "desk.ticket_prefix: ", "but not MAIL, REPORT or FAQ"),
        ("[desk]\nticket_prefix = \"REPORT\"", "desk.ticket_prefix: ", "but not MAIL, REPORT or FAQ"),
        ("[database]\nurl = \"mysql://root:hunter2@db/x\"", "database.url: ", "sqlite"),
        ("[database]\nurl = \"postgres:root:hunter2@db/x\"", "database.url: ", "sqlite"),
        ("[database]\nurl = \"sqlite:postgres://root:hunter2@db/x\"", "database.url: ", "sqlite"),
        (
            "[mailbox]\ntls = \"\"\"implicit\npassword = \"hunter2\"\nuser = \"\"\"",
            "mailbox.tls: ",
            "the value is not allowed",
        ),
        (
            "[mailbox]\npoll = \"\"\"60s\npassword = \"hunter2\"\nuser = \"\"\"",
            "mailbox.poll: ",
            "the value is not a period",
        ),
        ("[[staff]]\nname = \"佐藤\"\naddress = \"sato\"", "staff[0].address: ", "name@domain"),
        (
            "[[staff]]\nname = \"佐藤\"\naddress = \"Zaitaku+a@tohmatu.co.jp\"",
            "staff[0].address: ",
            "an address of the desk",
        ),
        (
            "[desk]\naliases = [\"old@example.jp\"]\n[[staff]]\nname = \"佐藤\"\naddress = \"old@example.jp\"",
            "staff[0].address: ",
            "an address of the desk",
        ),
        (
            "[[staff]]\nname = \"佐藤\"\naddress = \"sato@example.jp\"\n[[staff]]\nname = \"伊藤\"\naddress = \"Sato@Example.jp\"",
            "staff[1].address: ",
            "a member already",
        ),
        ("[[staff]]\nname = \"佐藤\\n花子\"\naddress = \"sato@example.jp\"", "staff[0].name: ", "one line"),
        (
            "[desk]\naliases = [\"old@example.jp\"]\n[[contacts]]\nname = \"本省\"\naddress = \"old@example.jp\"",
            "contacts[0].address: ",
            "an address of the desk",
        ),
        ("[hours]\ndays = [\"月\"]", "hours.days: ", "\"月\" is not allowed; allowed: mon, tue"),
        ("[hours]\nopen = [\"8/11\"]", "hours.open: ", "\"8/11\" is not allowed; allowed: dates such as"),
        ("[mailbox]\naccept_since = \"2025-06-27\"", "mailbox.accept_since: ", "allowed: an instant such as"),
        ("[http]\nlisten = \"8025\"", "http.listen: ", "allowed: an IP address and a port"),
        ("[hours]\nclosed = [\"01-01..12-31\"]", "hours.closed: ", "hardly ever open"),
        ("[hours]\nclosed = [\"2025-06-01..2099-12-31\"]", "hours.closed: ", "hardly ever open"),
        ("[[form.fields]]\nkey = \"name\"\nlabel = \"氏名\"", "form.fields: ", "each of the four once"),
        ("[[form.fields]]\nkey = \"nom\"\nlabel = \"氏名\"", "form.fields", "organization"),
        ("[delivery]\nconnections = 0", "delivery.connections: ", "1 to 64"),
        ("[support]\ncloses = \"2025-06-01\"", "support.closes: ", "before support.opens"),
        ("[support]\nends = \"2025-06-01\"", "support.ends: ", "before support.starts"),
        ("[support]\nmembers = \"15..10\"", "support.members: ", "the smaller one first"),
        ("[support]\nmeetings = 3", "support.meetings: ", "3..4"),
        ("[[support.fields]]\nkey = \"zone\"\nlabel = \"圏域\"", "support.fields", "area"),
        (
            "[[support.advisers]]\nname = \"三浦\"\naddress = \"miura\"",
            "support.advisers[0].address: ",
            "name@domain",
        ),
        ("[mailbox]\naccept_since = \"yesterday\"", "mailbox.accept_since: ", ""),
    ] {
        let error = error_of(toml);
        assert!(error.starts_with(key) && error.contains(part), "{toml:?} → {error}");
        assert!(!error.contains("hunter2"), "a secret in an error: {error}");
    }
}

#[test]
fn no_error_shows_a_secret_of_the_file() {
    for toml in [
        "[mailbox]\npassword = hunter2",
        "[mailbox.oauth2]\nclient_id = \"c\"\ntoken_url = \"http://x/t?client_secret=hunter2\"",
        "[mailbox]\npassword = \"hunter2",
        "[mailbox]\npassword = \"hunter2\" x",
        "[mailbox]\npassword \"hunter2\"",
        "[mailbox]\npassword = \"\"\"\nhunter2\nhunter2",
        "[mailbox]\npassword = \"\\hunter2\"",
        "[mailbox]\npassword = \"hunter2\"\npassword = \"hunter2\"",
        "[mailbox]\npassword = [\"hunter2\"]",
        "[mailbox]\npassword = { of = \"hunter2\" }",
        "[mailbox]\noauth2 = \"hunter2\"",
        "[mailbox.oauth2]\nclient_secret = \"hunter2",
        "[mailbox.oauth2]\nclient_secret = hunter2",
        "[mailbox]\npasword = \"hunter2\"",
        "mailbox = \"hunter2, expected\"",
        "delivery = \"smtp://desk:hunter2@mail.example.jp\"",
        "[delivery]\npassword = 'hunter2",
        "[delivery\npassword = \"hunter2\"",
        "[database]\nurl = postgres://desk:hunter2@db/x",
        "[database]\nurl = \"postgres://desk:hunter2@db/x",
        "[database]\nurl = \"postgres://desk:hunter2@db/x\" sslmode",
        "[database]\nurl = [\"postgres://desk:hunter2@db/x\"]",
        "[database]\nurl = \"mysql://desk:hunter2@db/x\"",
        "database = \"postgres://desk:hunter2@db/x\"",
        "[mailbox.oauth2]\nclient_id = \"c\"\ntoken_url = \"http://desk:hunter2@mail.example.jp/t\"",
        "[mailbox.oauth2]\nclient_id = \"c\"\ntoken_url = \"https://x/t\"\nproxy = \"socks://desk:hunter2@proxy.example.jp\"",
        "[mailbox]\npassword = 1979-05-27T07:32:00Zhunter2",
        "[mailbox]\npassword = \"a | hunter2\" b",
        "hunter2",
    ] {
        let error = error_of(toml);
        assert_ne!(error, "accepted", "{toml:?}");
        assert!(!error.contains("hunter2"), "{toml:?} → {error}");
    }
    let syntax = error_of("[mailbox]\nhost = \"a\"\npassword = \"hunter2");
    assert!(syntax.contains("line 3, column"), "it says where: {syntax}");
}

#[test]
fn files_with_secrets_are_known() {
    for (name, toml, expected) in [
        ("nothing", "[mailbox]\nhost = \"a\"", &[] as &[&str]),
        ("a password file", "[mailbox]\npassword_file = \"p\"", &["p"]),
        ("one file for both", "[mailbox]\npassword_file = \"p\"\n[delivery]\npassword_file = \"p\"", &["p"]),
        ("a password in the settings", "[delivery]\npassword = \"x\"", &["m.toml"]),
        ("a password in the URL", "[database]\nurl = \"postgres://desk:x@db/desk\"", &["m.toml"]),
        ("a password as a parameter", "[database]\nurl = \"postgres:///desk?password=x\"", &["m.toml"]),
        ("a port is no password", "[database]\nurl = \"postgres://desk@db:5432/desk\"", &[]),
        (
            "tokens",
            "[mailbox.oauth2]\nprovider = \"google\"\ngrant = \"refresh_token\"\nclient_id = \"x\"\nclient_secret_file = \"c\"\nrefresh_token_file = \"r\"",
            &["c", "oauth2.json", "r"],
        ),
    ] {
        let environment = Environment::default().source(Some(config::Map::new()));
        let settings = Settings::read(toml, Some("m.toml".into()), environment).unwrap();
        let files: Vec<String> =
            settings.secret_files().iter().map(|file| file.display().to_string()).collect();
        assert_eq!(files, expected, "{name}");
    }
}

#[test]
fn the_environment_overrides_the_file() {
    let variables = [
        ("MADOGUCHI_MAILBOX__PORT", "143"),
        ("MADOGUCHI_HOURS__DAYS", "mon, tue"),
        ("MADOGUCHI_DESK__TELEPHONE", "0312345678"),
        ("MADOGUCHI_MAILBOX__IDLE", "false"),
    ];
    let source = variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let environment =
        Environment::with_prefix("MADOGUCHI").prefix_separator("_").separator("__").source(Some(source));
    let settings = Settings::read("[mailbox]\nport = 993", None, environment).unwrap();
    assert_eq!(settings.mailbox.port, 143);
    assert_eq!(settings.hours.days.len(), 2);
    assert_eq!(settings.desk.telephone, "0312345678", "digits stay as they are written");
    assert!(!settings.mailbox.idle);
}

#[test]
fn secrets_are_not_printed() {
    let settings = Settings::from_toml(
        "[mailbox]\npassword = \"hunter2\"\n[delivery]\npassword = \"hunter2\"\n[database]\nurl = \"postgres://u:hunter2@h/d\"",
    )
    .unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn a_password_file_is_read_and_its_absence_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    fs::write(&file, "\u{feff}pass word\n").unwrap();
    let settings =
        Settings::from_toml(&format!("[mailbox]\nuser = \"u\"\npassword_file = {file:?}")).unwrap();
    let Proof::Password(password) = settings.mailbox_credentials().unwrap().proof else {
        panic!("no password")
    };
    assert_eq!(password.expose_secret(), "pass word");
    let missing =
        Settings::from_toml("[mailbox]\nuser = \"u\"\npassword_file = \"/nowhere/password\"").unwrap();
    let error = missing.mailbox_credentials().unwrap_err().to_string();
    assert!(error.starts_with("mailbox.password_file: cannot read /nowhere/password"), "{error}");
}

#[test]
fn the_example_file_names_every_key_and_is_accepted() {
    let example = include_str!("../../config/madoguchi.toml");
    Settings::from_toml(example).unwrap();
    // With every commented key uncommented, the file must be accepted as well. So it documents no key that does not
    // exist.
    let all: String = example
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line))
        .fold(String::new(), |text, line| text + line + "\n");
    Settings::from_toml(&all).unwrap();
    for key in [
        "per_sender_daily_limit",
        "per_domain_daily_limit",
        "authserv_id",
        "accept_since",
        "max_message_size",
        "max_mail_size",
        "parked_folder",
        "warn_before",
        "public_holidays",
        "ca_file",
        "listen",
        "max_attempts",
        "connections",
        "retry_for",
        "end_timeout",
        "helo",
        "results_within",
        "copy_results_to_sender",
    ] {
        assert!(all.contains(&format!("{key} = ")), "config/madoguchi.toml does not name {key}");
    }
}

#[test]
fn the_example_of_oauth2_is_accepted_in_place_of_a_password() {
    let example = include_str!("../../config/madoguchi.toml");
    let table: String = example
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| line.starts_with('[') || line.starts_with(|c: char| c.is_ascii_lowercase()))
        .fold(String::new(), |text, line| text + line + "\n");
    let settings = Settings::from_toml(&table).unwrap();
    assert_eq!(settings.mailbox.oauth2.unwrap().proxy.unwrap(), "http://proxy.example.jp:8080");
    let both = format!("[mailbox]\npassword_file = \"/x\"\n{table}");
    let error = Settings::from_toml(&both).unwrap_err().to_string();
    assert!(error.starts_with("mailbox.oauth2: is set beside mailbox.password_file"), "{error}");
}

#[test]
fn providers_set_their_defaults_and_the_other_keys_are_required() {
    let read = |keys: &str| Settings::from_toml(&format!("[mailbox.oauth2]\n{}", keys.replace("; ", "\n")));
    let oauth2 = |keys| read(keys).unwrap().mailbox.oauth2.unwrap();
    let microsoft = oauth2("provider = \"microsoft\"; tenant = \"t-1\"; client_id = \"c\"");
    assert_eq!(microsoft.endpoint(), "https://login.microsoftonline.com/t-1/oauth2/v2.0/token");
    assert_eq!(microsoft.wanted_scopes(), ["https://outlook.office365.com/.default"]);
    let google = oauth2("provider = \"google\"; grant = \"refresh_token\"; client_id = \"c\"");
    assert_eq!(google.endpoint(), "https://oauth2.googleapis.com/token");
    for (keys, part) in [
        ("provider = \"microsoft\"; client_id = \"c\"", "mailbox.oauth2.tenant: is not set"),
        (
            "provider = \"microsoft\"; tenant = \"a/b\"; client_id = \"c\"",
            "mailbox.oauth2.tenant: is not set",
        ),
        (
            "provider = \"google\"; client_id = \"c\"",
            "mailbox.oauth2.grant: \"client_credentials\" is not offered",
        ),
        ("token_url = \"https://x/t\"", "mailbox.oauth2.client_id: is not set"),
        ("client_id = \"c\"", "mailbox.oauth2.token_url: is not set"),
        (
            "client_id = \"c\"; token_url = \"http://x.example/t\"",
            "mailbox.oauth2.token_url: \"http://x.example/t\" is not allowed",
        ),
        (
            "client_id = \"c\"; token_url = \"https://x/t\"; proxy = \"socks\"",
            "mailbox.oauth2.proxy: \"socks\" is not allowed",
        ),
    ] {
        let error = read(keys).unwrap_err().to_string();
        assert!(error.starts_with(part), "{error}");
    }
    let error = read("client_id = \"c\"; token_url = \"https://x/t\"")
        .unwrap()
        .mailbox_credentials()
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("mailbox.oauth2.client_secret_file: is not set"), "{error}");
}

/// Whether an uncommented line is a key or a table header, and not prose.
fn is_setting(line: &str) -> bool {
    let key = line.split('=').next().unwrap_or_default().trim();
    line.starts_with('[')
        || (line.contains('=') && !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
}

#[test]
fn only_a_test_server_or_a_maildir_lets_a_rehearsal_write() {
    for (toml, expected) in [
        ("", false),
        ("host = \"smtp.example.jp\"", true),
        ("host = \"smtp.example.jp\"\nport = 2525", true),
        ("host = \"127.0.0.1\"\nport = 2525\ntls = \"none\"", false),
        ("host = \"localhost\"\nport = 2525", false),
        ("host = \"localhost\"\nport = 25", true),
        ("host = \"::1\"\nport = 587", true),
        ("host = \"smtp.example.jp\"\nkind = \"maildir\"\npath = \"/tmp/sent\"", false),
    ] {
        let settings = Settings::from_toml(&format!("[delivery]\n{toml}")).unwrap();
        assert_eq!(settings.delivery.reaches_people(), expected, "{toml}");
    }
}

# shellcheck shell=bash disable=SC2034,SC2154
# A desk that drains a mailbox of inquiries on servers of scripts/rig, and the check that none was lost or doubled.
# The benches, scripts/soak and scripts/test-faults source this file. They set n (mails) and profile (of cargo; empty: dev).

# As the systemd units and the image set it.
export MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=262144 MALLOC_TRIM_THRESHOLD_=4194304

# Options of scripts/rig.
rig_options=()

# Builds the program and the examples, and starts the servers. Every script calls it once.
begin() { # EXAMPLE…
    scripts/rig install
    local example examples=()
    for example in rig_report rig_table "$@"; do examples+=(--example "$example"); done
    # The benches measure what is packaged (dist); any build finds faults.
    # shellcheck source=scripts/lib/dist.sh
    if [[ ${profile:-} == dist ]]; then
        source scripts/lib/dist.sh
        # By itself, as for the package. Together with examples, Cargo gives some libraries more features: the names of their
        # functions are then others, and what scripts/train has recorded fits none.
        cargo build --profile dist --locked --bin madoguchi
        cargo build --profile dist --locked "${examples[@]}"
    else
        cargo build ${profile:+--profile "$profile"} --locked --bin madoguchi "${examples[@]}"
    fi
    program=${CARGO_TARGET_DIR:-target}/${profile:-debug}
    dir=$(mktemp -d /tmp/rig-XXXXXX)
    trap 'scripts/rig remove "$dir"' EXIT
    scripts/rig start "$dir" until=$$ "${rig_options[@]}"
    # shellcheck disable=SC1091
    source "$dir/rig.env"
    echo secret >"$dir/password"
}

desk() { # the program with this desk's settings
    "$program/madoguchi" --config "$dir/madoguchi.toml" "$@"
}

# shellcheck disable=SC2120 # only some scripts give it minutes
once() { # [MINUTES]: by a clock that is this far ahead
    local clock=()
    if (($#)); then clock=(--as-of "$(date -u -d "$1 minutes" +%Y-%m-%dT%H:%M:%SZ)"); fi
    "$program/madoguchi" --config "$dir/madoguchi.toml" "${clock[@]}" once >"$dir/once.log" 2>&1 &
    pid=$!
}

# Moves the files away and does not delete them: ext4 creates files slowly just after thousands were deleted.
empty_sink() {
    emptied=$((${emptied:-0} + 1))
    mv "$RIG_SENT_DIR" "$RIG_SENT_DIR.$emptied" && mkdir "$RIG_SENT_DIR"
    chown --reference="$dir/mail" "$RIG_SENT_DIR"
}

new_desk() { # DATABASE [FOLDER for the database's files]
    desks=$((${desks:-0} + 1))
    user=desk$desks
    empty_sink
    mkdir -p "$dir/mail/$user"/{tmp,cur}
    "$program/examples/make_mails" "$n" "$dir/mail/$user/new"
    chown -R --reference="$dir/mail" "$dir/mail/$user"
    local url=sqlite:${2:-$dir}/$user.db space=pg_default
    if [[ $1 == postgres ]]; then
        if [[ -n ${2:-} ]]; then
            space=small
            "$RIG_POSTGRES_BIN/psql" "$RIG_POSTGRES_URL" -qc "CREATE TABLESPACE $space LOCATION '$2'"
        fi
        "$RIG_POSTGRES_BIN/createdb" -h 127.0.0.1 -p "$RIG_POSTGRES_PORT" -U madoguchi -D "$space" "$user"
        url=${RIG_POSTGRES_URL%/postgres}/$user
    fi
    cat >"$dir/madoguchi.toml" <<TOML
[window]
opens = "2000-01-01"
closes = "2099-12-31"
[mailbox]
host = "127.0.0.1"
port = $RIG_IMAPS_PORT
tls = "implicit"
ca_file = "$RIG_CA_FILE"
user = "$user"
password_file = "$dir/password"
after = "move"
accept_since = "2000-01-01T00:00:00+09:00"
[delivery]
host = "127.0.0.1"
port = $RIG_SINK_PORT
tls = "none"
daily_limit = 100000
[database]
url = "$url"
[log]
level = "warn"
TOML
}

# One line of figures, which examples/rig_report.rs counts and judges. REPORTS delivery reports were given to the desk.
report() { # FIGURES [REPORTS]
    "$program/examples/rig_report" drain "$program/madoguchi" "$dir/madoguchi.toml" "$RIG_SENT_DIR" "$dir/mail/$user" "$n" "${2:-0}" "$1" |
        tee -a "$dir/lines"
}

# Recipient, Message-ID and file of each mail that the SMTP server has.
acknowledged() {
    "$program/examples/rig_report" acknowledged "$RIG_SENT_DIR"
}

# The figures again, for the eye.
table() { # TITLE=KEY…
    "$program/examples/rig_table" "$dir/lines" "$@"
}

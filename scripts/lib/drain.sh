# shellcheck shell=bash
# A desk that drains a mailbox of inquiries on servers of scripts/rig, and the proof that none was lost or doubled; sourced by
# scripts/bench-drain and scripts/test-faults, which set n and profile.

# As the units and the image set it.
export MALLOC_ARENA_MAX=1

# What both need once.
begin() { # EXAMPLE…
    scripts/rig install
    local example examples=()
    for example in "$@"; do examples+=(--example "$example"); done
    # Figures are a release's; faults are found by any build.
    cargo build ${profile:+--profile "$profile"} --locked --bin madoguchi "${examples[@]}"
    program=${CARGO_TARGET_DIR:-target}/${profile:-debug}
    dir=$(mktemp -d /tmp/rig-XXXXXX)
    trap 'scripts/rig remove "$dir"' EXIT
    scripts/rig start "$dir" until=$$
    # shellcheck disable=SC1091
    source "$dir/rig.env"
    echo secret >"$dir/password"
}

desk() { # the program with this desk's settings
    "$program/madoguchi" --config "$dir/madoguchi.toml" "$@"
}

once() { # [ahead]: an hour later than it is, when every mail that was put off is due
    local later=()
    if [[ ${1:-} == ahead ]]; then later=(--as-of "$(date -u -d '1 hour' +%Y-%m-%dT%H:%M:%SZ)"); fi
    "$program/madoguchi" --config "$dir/madoguchi.toml" "${later[@]}" once >"$dir/once.log" 2>&1 &
    pid=$!
}

new_desk() { # DATABASE
    desks=$((${desks:-0} + 1))
    user=desk$desks
    rm -rf "$RIG_SENT_DIR" && mkdir "$RIG_SENT_DIR"
    mkdir -p "$dir/mail/$user"/{tmp,cur}
    "$program/examples/make_mails" "$n" "$dir/mail/$user/new"
    chown -R --reference="$dir/mail" "$dir/mail/$user" "$RIG_SENT_DIR"
    local url=sqlite:$dir/$user.db
    if [[ $1 == postgres ]]; then
        "$RIG_POSTGRES_BIN/createdb" -h 127.0.0.1 -p "$RIG_POSTGRES_PORT" -U madoguchi "$user"
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

# Each inquiry has a sender of its own: as many tickets as senders as inquiries means none lost and none double.
# An acknowledgement may come twice after a kill, but only as the same mail, with the same Message-ID.
report() { # FIGURES
    local tickets senders unsent left acks identities copies result=ok
    desk ticket list --json >"$dir/tickets.json"
    tickets=$(grep -o '"number"' "$dir/tickets.json" | wc -l)
    senders=$(grep -o '"inquirer-[0-9]*@example.jp"' "$dir/tickets.json" | sort -u | wc -l)
    unsent=$(desk outbox list --json | grep -c '"id"' || true)
    left=$(find "$dir/mail/$user/new" "$dir/mail/$user/cur" -type f | wc -l)
    find "$RIG_SENT_DIR" -type f -exec awk '
        /^X-Rcpt-Args:/ { recipient = $2 }
        tolower($1) == "message-id:" { print recipient, $2; nextfile }' {} + >"$dir/acks"
    acks=$(cut -d ' ' -f 1 "$dir/acks" | sort -u | wc -l)
    identities=$(sort -u "$dir/acks" | wc -l)
    copies=$(($(wc -l <"$dir/acks") - identities))
    # Every message is explained, and nobody has touched the audit.
    local explained=yes audit=whole
    desk reconcile >/dev/null 2>&1 || explained=no
    desk check 2>/dev/null | grep -q 'the audit chain is whole' || audit=broken
    [[ $explained$audit == yeswhole ]] || result=FAILED
    ((tickets == n && senders == n && acks == n && identities == n && unsent == 0 && left == 0)) || result=FAILED
    local line="$1 tickets=$tickets senders=$senders acks=$acks ack_ids=$identities ack_copies=$copies"
    line+=" unsent=$unsent left_in_inbox=$left explained=$explained audit=$audit result=$result"
    echo "$line" | tee -a "$dir/lines"
    [[ $result == ok ]]
}


# shellcheck shell=bash
# A desk that drains a mailbox of inquiries on servers of scripts/rig, and the proof that none was lost or doubled; sourced by
# the benches, scripts/soak and scripts/test-faults, which set n and profile.

# As the units and the image set it.
export MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=262144 MALLOC_TRIM_THRESHOLD_=4194304

# Options of scripts/rig.
rig_options=()

# For awk: the value of KEY in a line of KEY=VALUE words.
# shellcheck disable=SC2034 # the benches' tables use it
value_of='function of(key,  i) { for (i = 2; i <= NF; i++) if (index($i, key "=") == 1) return substr($i, length(key) + 2); return "-" }'

# What all need once.
begin() { # EXAMPLE…
    scripts/rig install
    local example examples=()
    for example in "$@"; do examples+=(--example "$example"); done
    # Figures are a release's; faults are found by any build.
    cargo build ${profile:+--profile "$profile"} --locked --bin madoguchi "${examples[@]}"
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

# shellcheck disable=SC2120 # not every script gives it one
once() { # [MINUTES]: by a clock that is so far ahead
    local clock=()
    if (($#)); then clock=(--as-of "$(date -u -d "$1 minutes" +%Y-%m-%dT%H:%M:%SZ)"); fi
    "$program/madoguchi" --config "$dir/madoguchi.toml" "${clock[@]}" once >"$dir/once.log" 2>&1 &
    pid=$!
}

# Put aside, not deleted: ext4 is slow to make files while it remembers thousands that were deleted just before.
empty_sink() {
    emptied=$((${emptied:-0} + 1))
    mv "$RIG_SENT_DIR" "$RIG_SENT_DIR.$emptied" && mkdir "$RIG_SENT_DIR"
    chown --reference="$dir/mail" "$RIG_SENT_DIR"
}

new_desk() { # DATABASE [FOLDER]: where the database's files are to lie
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

# Each inquiry has a sender of its own: as many tickets as senders as inquiries means none lost and none double.
# An acknowledgement may come twice after a kill, but only as the same mail, with the same Message-ID.
# What is left in the outbox are the mails that a delivery report came back for: as many as were given to the desk.
report() { # FIGURES [REPORTS]
    local tickets senders unsent bounced left acks strangers identities copies result=ok
    desk ticket list --json >"$dir/tickets.json"
    tickets=$(count '"number"' "$dir/tickets.json")
    senders=$(grep -o '"inquirer-[0-9]*@example.jp"' "$dir/tickets.json" | sort -u | wc -l)
    desk outbox list --json >"$dir/outbox.json"
    bounced=$(count '"state": "bounced"' "$dir/outbox.json")
    unsent=$(($(count '"state"' "$dir/outbox.json") - bounced))
    left=$(find "$dir/mail/$user/new" "$dir/mail/$user/cur" -type f | wc -l)
    acknowledged >"$dir/acks"
    cut -d ' ' -f 1 "$dir/acks" | sort -u >"$dir/recipients"
    acks=$(count '^<inquirer-[0-9]*@example.jp>$' "$dir/recipients")
    # Nobody else is written to, robots least of all.
    strangers=$(($(wc -l <"$dir/recipients") - acks))
    identities=$(cut -d ' ' -f 1,2 "$dir/acks" | sort -u | wc -l)
    copies=$(($(wc -l <"$dir/acks") - identities))
    # Every message is explained, and nobody has touched the audit.
    local explained=yes audit=whole
    desk reconcile >"$dir/reconcile.log" 2>&1 || explained=no
    desk check >"$dir/check.log" 2>&1 || true
    grep -q 'the audit chain is whole' "$dir/check.log" || audit=broken
    [[ $explained$audit == yeswhole ]] || result=FAILED
    ((tickets == n && senders == n && acks == n && identities == n && strangers == 0)) || result=FAILED
    ((unsent == 0 && bounced == ${2:-0} && left == 0)) || result=FAILED
    local line="$1 tickets=$tickets senders=$senders acks=$acks ack_ids=$identities ack_copies=$copies strangers=$strangers"
    line+=" unsent=$unsent bounced=$bounced left_in_inbox=$left explained=$explained audit=$audit result=$result"
    echo "$line" | tee -a "$dir/lines"
    [[ $result == ok ]]
}

count() { # PATTERN FILE: in how many lines
    grep -c "$@" || true
}

# What the SMTP server has taken: recipient, Message-ID, file. One that was cut off lacks the empty line at the end, and may be
# removed while this looks.
acknowledged() {
    find "$RIG_SENT_DIR" -type f -exec awk '
        function finish() { if (id != "" && last == "") print recipient, id, file }
        FNR == 1 { finish(); id = ""; file = FILENAME }
        /^X-Rcpt-Args:/ { recipient = $2 }
        id == "" && tolower($1) == "message-id:" { id = $2 }
        { last = $0 }
        END { finish() }' {} + 2>/dev/null
}

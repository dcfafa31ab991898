# shellcheck shell=bash disable=SC2154
# PostgreSQL, and a synchronous standby that can take over from it; scripts/rig sources this file.

initdb_here() {
    "${unprivileged[@]}" "$postgres_bin/initdb" -D "$dir/postgres" -U madoguchi --auth=trust --encoding=UTF8 --locale=C \
        --no-sync >"$dir/initdb.log" 2>&1 </dev/null || fail "initdb: $(cat "$dir/initdb.log")"
}

resume_postgres() {
    # shellcheck disable=SC1091
    source "$dir/rig.env"
    again postgres run_postgres postgres "$RIG_POSTGRES_PORT"
}

start_postgres() {
    postgres_port=$(free_ports 1)
    run_postgres postgres "$postgres_port"
}

start_standby() {
    run_postgres standby "$(free_ports 1)"
}

run_postgres() { # NAME PORT [OPTION…]
    run "$1" "$postgres_bin/postgres" -D "$dir/$1" -c listen_addresses=127.0.0.1 -c port="$2" \
        -c unix_socket_directories= -c fsync=on -c max_connections=200 "${@:3}"
    alive_until "$1" "$postgres_bin/pg_isready" -q -h 127.0.0.1 -p "$2" -U madoguchi -d postgres
}

start_replica() {
    # shellcheck disable=SC1091
    source "$dir/rig.env"
    stop_one "$dir/standby.pid" && rm -rf -- "$dir/standby"
    "${unprivileged[@]}" "$postgres_bin/pg_basebackup" -h 127.0.0.1 -p "$RIG_POSTGRES_PORT" -U madoguchi -D "$dir/standby" \
        --write-recovery-conf --checkpoint=fast --no-sync >"$dir/basebackup.log" 2>&1 </dev/null ||
        fail "pg_basebackup: $(cat "$dir/basebackup.log")"
    attempt standby
    # From here on no commit returns before the standby has written it to disk; earlier, every commit would wait for ever. The
    # copy was taken before this setting, so after its promotion it does not wait for a standby.
    answer "ALTER SYSTEM SET synchronous_standby_names = '*'" && answer 'SELECT pg_reload_conf()' >/dev/null
    alive_until standby in_step || fail "the standby is not in step: $(tail -n 20 "$dir/standby.log")"
}

in_step() {
    [[ $(answer "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1 ]]
}

answer() { # SQL
    "$postgres_bin/psql" -h 127.0.0.1 -p "$RIG_POSTGRES_PORT" -U madoguchi -d postgres --no-psqlrc -qAtc "$1"
}

# The promoted standby takes the old server's address. Clients are first refused, then can only read, then write again.
fail_over() {
    # shellcheck disable=SC1091
    source "$dir/rig.env"
    [[ -e $dir/standby.pid ]] || fail "there is no standby"
    local shared
    shared=$(awk 'NR == 7 { print $2 }' "$dir/postgres/postmaster.pid")
    stop_one "$dir/postgres.pid" KILL
    # The next server in the same folder would release the shared memory of a killed one. Here the folder is removed.
    ipcrm -m "${shared:-0}" 2>/dev/null || true
    stop_one "$dir/standby.pid"
    rm -rf -- "$dir/postgres" && mv "$dir/standby" "$dir/postgres"
    # It must not try to replicate from this address, which is now its own.
    again postgres run_postgres postgres "$RIG_POSTGRES_PORT" -c primary_conninfo=
    "${unprivileged[@]}" "$postgres_bin/pg_ctl" promote -D "$dir/postgres" --wait --silent >>"$dir/postgres.log" 2>&1 </dev/null ||
        fail "the standby is not promoted: $(tail -n 20 "$dir/postgres.log")"
}

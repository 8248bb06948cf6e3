# Sourced by deploy/run: a PBX that lives as long as the script, in a folder of its own.

asterisk_folder='' asterisk_keeper=''

# prepare_asterisk FOLDER: program, configuration, prompts; what the bridge needs becomes our environment.
prepare_asterisk() {
    local line settings
    asterisk_folder=$(realpath -m -- "$1")
    say 'Preparing the PBX'
    settings=$("$project/deploy/asterisk/prepare" "$asterisk_folder")
    while IFS= read -r line; do export "${line?}"; done <<<"$settings"
}

# Only in a subshell, which becomes it: what is waited for and ended is the PBX, not a shell before it.
become_asterisk() { exec "${MINSHENG_ASTERISK_PROGRAM:-$project/build/asterisk}/asterisk" -C "$asterisk_folder/etc/asterisk.conf" "$@"; }

# A PBX that dies is started again: callers would hear nothing at all. Its folder is nobody else's, so
# neither is anything it writes.
keep_asterisk() {
    umask 077
    trap 'kill -TERM "$child" 2>/dev/null; wait "$child"; exit 0' TERM INT
    while true; do
        become_asterisk -f -n >>"$asterisk_folder/log/console.log" 2>&1 </dev/null &
        child=$!
        wait "$child" || true
        sleep 2 &
        child=$!
        wait "$child" || true
    done
}

start_asterisk() {
    local deadline=$((SECONDS + 30))
    : >"$asterisk_folder/log/console.log"
    keep_asterisk &
    asterisk_keeper=$!
    until become_asterisk -rx 'core waitfullybooted' 2>/dev/null | grep -q 'fully booted'; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            tail -n 20 "$asterisk_folder/log/console.log" >&2
            fail "The PBX did not start; all it said is in $asterisk_folder/log/console.log."
        fi
        sleep 0.2
    done
    if grep ERROR "$asterisk_folder/log/console.log" >&2; then
        fail 'The PBX started, but not whole. A port in use? See asterisk.toml in deploy/asterisk/README.md.'
    fi
    say "The PBX answers: $(become_asterisk -V)"
}

stop_asterisk() {
    [ -z "$asterisk_keeper" ] || kill -TERM "$asterisk_keeper" 2>/dev/null || true
    [ -z "${minsheng:-}" ] || kill -TERM "$minsheng" 2>/dev/null || true
    wait 2>/dev/null || true
}

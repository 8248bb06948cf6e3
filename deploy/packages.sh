# Sourced by deploy/test: the programs the tests talk to, from the machine's own package manager.

# postgres and its tools lie outside PATH on Debian, one folder a major version; the newest is taken.
postgres_bin() {
    local folder newest=
    for folder in /usr/lib/postgresql/*/bin; do
        if [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ]; then newest=$folder; fi
    done
    if [ -n "$newest" ]; then printf '%s\n' "$newest"; else dirname -- "$(command -v postgres || echo /)"; fi
}

missing_packages() {
    [ -x "$(postgres_bin)/initdb" ] || echo postgresql
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || echo rabbitmq-server
    command -v redis-server >/dev/null || echo redis-server
    command -v chromium >/dev/null || echo chromium
    command -v sipp >/dev/null || echo sip-tester
    command -v espeak-ng >/dev/null || echo espeak-ng
    command -v sox >/dev/null || echo sox
    compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null || echo fonts-noto-cjk
}

# Installing must not start anything: deploy/test runs its own private servers only.
install_packages() {
    local packages policy=/usr/sbin/policy-rc.d ours=
    mapfile -t packages < <(missing_packages)
    [ "${#packages[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "Missing: ${packages[*]}. As root: apt-get install ${packages[*]}"
        return 1
    fi
    say "Installing ${packages[*]}"
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && ours=yes
    fi
    local status=0
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends -o DPkg::Lock::Timeout=300 "${packages[@]}"; } \
        >"$output/packages.log" 2>&1 </dev/null || status=1
    [ -z "$ours" ] || rm -f -- "$policy"
    [ "$status" = 0 ] || { tail -n 20 "$output/packages.log"; say 'The packages could not be installed'; }
    return "$status"
}

# Asterisk is fetched into a folder while the other packages are installed and the servers start: it is
# in no release this runs on, and tests start their own instances of it.
fetch_asterisk() {
    deploy/asterisk/get >"$output/asterisk.log" 2>&1 </dev/null &
    asterisk_pid=$!
}

await_asterisk() {
    if ! wait "$asterisk_pid"; then
        cat -- "$output/asterisk.log"
        return 1
    fi
    say "$(tail -n 1 "$output/asterisk.log")"
    export MINSHENG_TEST_ASTERISK=$project/build/asterisk
}

# Sourced by deploy/test: private PostgreSQL, RabbitMQ and Redis on free loopback ports.
# Each runs in its own process group below one short-lived folder; stop_services ends them all.

services=
service_pids=()

# The folder lies under the temporary folder: a socket's path may have only 107 characters, and the
# servers run as users that need not be able to enter the checkout.
open_services() {
    services=$(mktemp -d "${TMPDIR:-/tmp}/minsheng-services.XXXXXX")
    chmod 755 "$services"
}

free_ports() {
    "$venv/bin/python" - "$1" <<'PYTHON'
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in held))
PYTHON
}

# as_user USER COMMAND…: as that user when root, else as the caller.
as_user() {
    local user=$1 become=()
    shift
    if [ "$(id -u)" = 0 ]; then
        become=(setpriv --reuid="$user" --regid="$(id -gn "$user")" --init-groups)
    fi
    "${become[@]}" "$@"
}

own_folder() {
    mkdir -p -- "$services/$1"
    chmod 700 "$services/$1"
    [ "$(id -u)" != 0 ] || chown -R "$2" "$services/$1"
}

# start_service NAME USER COMMAND…: in the background, in a process group of its own. When this script
# is killed outright, so that nothing can stop its servers, the kernel ends them (--pdeathsig).
start_service() {
    local name=$1 user=$2 become=()
    shift 2
    if [ "$(id -u)" = 0 ]; then
        become=(--reuid="$user" --regid="$(id -gn "$user")" --init-groups)
    fi
    (cd -- "$services/$name" && exec setsid setpriv "${become[@]}" --pdeathsig TERM "$@") \
        >"$output/$name.log" 2>&1 </dev/null &
    service_pids+=("$!")
}

# wait_until NAME SECONDS COMMAND…
wait_until() {
    local name=$1 deadline=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            say "$name did not come up; see .test-output/$name.log"
            tail -n 15 "$output/$name.log"
            return 1
        fi
        sleep 0.2
    done
    say "$name is up"
}

start_postgres() {
    local port=$1 bin data=$services/postgres/data
    bin=$(postgres_bin)
    [ -x "$bin/initdb" ] || return 1
    own_folder postgres postgres
    (cd -- "$services/postgres" && as_user postgres "$bin/initdb" --pgdata="$data" --auth=trust \
        --username=minsheng --encoding=UTF8 --locale=C.UTF-8) >"$output/initdb.log" 2>&1 || {
        tail -n 15 "$output/initdb.log"
        return 1
    }
    start_service postgres postgres "$bin/postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories="$services/postgres" -c fsync=on -c max_connections=200
    wait_until postgres 30 "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" -U minsheng || return 1
    export MINSHENG_TEST_POSTGRES=postgresql+psycopg://minsheng@127.0.0.1:$port/postgres
}

# An own port mapper (epmd) and an own settings file keep apart from a broker the machine may run.
start_rabbitmq() {
    local port=$1 mapper=$2 distribution=$3 admin=$4 home=$services/rabbitmq
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || return 1
    own_folder rabbitmq rabbitmq
    : >"$home/environment.conf"
    echo '[rabbitmq_management].' >"$home/plugins"
    cat >"$home/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$port
management.tcp.ip = 127.0.0.1
management.tcp.port = $admin
disk_free_limit.absolute = 50MB
CONF
    [ "$(id -u)" != 0 ] || chown -R rabbitmq "$home"
    local settings=(
        HOME="$home" ERL_EPMD_PORT="$mapper" ERL_EPMD_ADDRESS=127.0.0.1
        RABBITMQ_CONF_ENV_FILE="$home/environment.conf" RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf"
        RABBITMQ_NODENAME="minsheng-$port@localhost" RABBITMQ_DIST_PORT="$distribution"
        RABBITMQ_MNESIA_BASE="$home/mnesia" RABBITMQ_LOG_BASE="$home/log"
        RABBITMQ_PID_FILE="$home/pid" RABBITMQ_ENABLED_PLUGINS_FILE="$home/plugins"
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +sbwt none"
    )
    start_service rabbitmq rabbitmq env ERL_EPMD_ADDRESS=127.0.0.1 epmd -port "$mapper"
    start_service rabbitmq rabbitmq env "${settings[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server
    export MINSHENG_TEST_RABBITMQ_ADMIN=http://guest:guest@127.0.0.1:$admin
    wait_until rabbitmq 90 "$venv/bin/python" -c 'import sys, urllib.request as web
request = web.Request(sys.argv[1] + "/api/overview", headers={"Authorization": "Basic Z3Vlc3Q6Z3Vlc3Q="})
web.urlopen(request, timeout=3)' "http://127.0.0.1:$admin" || return 1
    export MINSHENG_TEST_RABBITMQ=amqp://guest:guest@127.0.0.1:$port//
}

start_redis() {
    local port=$1
    command -v redis-server >/dev/null || return 1
    own_folder redis redis
    start_service redis redis redis-server --port "$port" --bind 127.0.0.1 --dir "$services/redis" \
        --save '' --appendonly no --databases 64
    wait_until redis 15 redis-cli -h 127.0.0.1 -p "$port" ping || return 1
    export MINSHENG_TEST_REDIS=redis://127.0.0.1:$port/0
}

start_services() {
    local ports failed=0
    read -r -a ports < <(free_ports 6)
    start_postgres "${ports[0]}" || failed=1
    start_rabbitmq "${ports[@]:1:4}" || failed=1
    start_redis "${ports[5]}" || failed=1
    return "$failed"
}

# Ends what this script started, by process group, politely first; the port mapper goes last.
stop_services() {
    local index pid
    for ((index = ${#service_pids[@]} - 1; index >= 0; index--)); do
        pid=${service_pids[index]}
        kill -INT -- "-$pid" 2>/dev/null || continue
        kill -TERM -- "-$pid" 2>/dev/null || true
        for _ in {1..75}; do
            kill -0 -- "-$pid" 2>/dev/null || break
            sleep 0.2
        done
        kill -KILL -- "-$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    service_pids=()
    [ -z "$services" ] || rm -rf -- "$services"
}

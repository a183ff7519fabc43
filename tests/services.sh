#!/usr/bin/env bash
# Finds or installs what the full tests use, starts a PostgreSQL of our own on a free port, and writes what was found
# to .services/env. Never touches a server that was there before. What cannot be had is said, not hidden.
set -u
cd "$(dirname "$0")/.."
mkdir -p .services
: > .services/env
say() { printf '  services: %s\n' "$1"; }

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
updated=""
install() {
  may_install || return 1
  [ -n "$updated" ] || { apt-get update -qq >/dev/null 2>&1; updated=1; }
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}
postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
as_postgres() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$1"; else sh -c "$1"; fi; }

if [ -n "${ENTREPOT_TEST_POSTGRES:-}" ]; then
  echo "export ENTREPOT_TEST_POSTGRES='$ENTREPOT_TEST_POSTGRES'" >> .services/env
  say "PostgreSQL: the one ENTREPOT_TEST_POSTGRES names"
else
  bin=$(postgres_bin)
  if [ -z "$bin" ]; then install postgresql && bin=$(postgres_bin); fi
  if [ -z "$bin" ]; then
    say "PostgreSQL: not installed and not installable here; its tests are left out"
  else
    dir=$(mktemp -d /tmp/entrepot-postgres-XXXXXX)
    [ "$(id -u)" = 0 ] && chown postgres "$dir"
    port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=200 -c fsync=off"
    if as_postgres "$bin/initdb -D $dir/data -A trust -U postgres >/dev/null && $bin/pg_ctl -D $dir/data -w -o '$options' -l $dir/log start >/dev/null"; then
      {
        echo "export ENTREPOT_TEST_POSTGRES=postgresql://postgres@127.0.0.1:$port/postgres"
        echo "SERVICES_POSTGRES_BIN=$bin"
        echo "SERVICES_POSTGRES_DIR=$dir"
      } >> .services/env
      say "PostgreSQL: our own on port $port"
    else
      say "PostgreSQL: could not be started; its tests are left out"
      rm -rf "$dir"
    fi
  fi
fi

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then install chromium && chromium=$(command -v chromium || true); fi
if [ -n "$chromium" ]; then
  echo "export ENTREPOT_TEST_CHROMIUM=$chromium" >> .services/env
  say "Chromium: $chromium"
else
  say "Chromium: not installed and not installable here; the browser journey is left out"
fi
exit 0

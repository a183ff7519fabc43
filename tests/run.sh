#!/usr/bin/env bash
# Runs everything and stops what services.sh started, whatever happens.
set -u
cd "$(dirname "$0")/.."
[ -f .services/env ] && . .services/env
stop() {
  if [ -n "${SERVICES_POSTGRES_DIR:-}" ]; then
    command="$SERVICES_POSTGRES_BIN/pg_ctl -D $SERVICES_POSTGRES_DIR/data -m immediate stop >/dev/null 2>&1"
    if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$command"; else sh -c "$command"; fi
    rm -rf "$SERVICES_POSTGRES_DIR"
  fi
  rm -f .services/env
}
trap stop EXIT
failed=0
.venv/bin/ruff check --quiet src tests bench || failed=1
.venv/bin/ruff format --check --quiet src tests bench || { echo "some files want 'ruff format'"; failed=1; }
.venv/bin/mypy || failed=1
.venv/bin/lint-imports --no-cache >/tmp/entrepot-layers.$$ 2>&1 || { cat /tmp/entrepot-layers.$$; failed=1; }
rm -f /tmp/entrepot-layers.$$
.venv/bin/python -m pytest -n 2 --dist loadgroup --doctest-modules tests src/entrepot "$@" || failed=1
exit $failed

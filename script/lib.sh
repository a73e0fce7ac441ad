# Sourced by script/run, script/test and script/check: the parts they need, installed once.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# Where the shell forbids keeping compiled code, every process of ours compiles everything anew: eight seconds each.
unset PYTHONDONTWRITEBYTECODE

# The interpreter that makes .venv: $PYTHON, or the newest that is new enough.
find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  if command -v python3 >/dev/null; then
    python3 -I portal/preflight.py python
  else
    echo "未找到 Python 3.11 或更高版本；请先安装：apt-get install -y python3 (Python 3.11 or newer is needed)" >&2
  fi
  return 1
}

# ask QUESTION: what portal/preflight.py answers, before anything is installed.
ask() {
  "$PYTHON" -I portal/preflight.py "$1"
}

# system_parts run|test: install what is missing as root, else say the command and stop.
system_parts() {
  local packages
  packages=$(ask "packages-$1")
  if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "正在安装系统组件：$packages"
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive apt_install $packages || true
  fi
  ask "parts-$1"
}

apt_install() {
  local log
  log=$(mktemp)
  if ! { apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# python_parts requirements.txt: .venv with exactly these packages, checked by their hashes.
python_parts() {
  local list=$1 stamp=.venv/.$1.sha256 wanted
  wanted=$(sha256sum "$list" | cut -d ' ' -f 1)
  if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; then
    return
  fi
  # Two scripts at once: the second one waits and then finds everything there.
  exec 9>.venv.lock
  flock 9
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || ! .venv/bin/python -c '' 2>/dev/null; then
    echo "正在安装 Python 组件（${list}）……"
    .venv/bin/python -m pip --version >/dev/null 2>&1 || "$PYTHON" -m venv --clear .venv
    if ! .venv/bin/python -m pip install -qq --require-hashes --no-compile --requirement "$list" </dev/null; then
      echo "Python 组件未能安装；请检查网络或软件源后重试。 The Python packages could not be installed: check the network." >&2
      return 1
    fi
    echo "$wanted" >"$stamp"
  fi
  exec 9>&-
}

# start_redis FOLDER: a Redis of our own, with the settings of production, on a port that was free a moment ago.
# Its address is REDIS_URL; `end_redis` ends it.
start_redis() {
  local port
  for _ in 1 2 3; do
    port=$("$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    redis-server --port "$port" --bind 127.0.0.1 --dir "$1" --appendonly yes --maxmemory-policy noeviction \
      --databases 64 --logfile "$1/redis.log" --daemonize no </dev/null &
    redis=$!
    for _ in $(seq 50); do
      if redis-cli -p "$port" ping >/dev/null 2>&1; then
        export REDIS_URL="redis://127.0.0.1:$port/0"
        return
      fi
      kill -0 "$redis" 2>/dev/null || break
      sleep 0.1
    done
    redis=
  done
  echo "Redis 未能启动。 Redis did not start." >&2
  return 1
}

end_redis() {
  [ -z "${redis:-}" ] || kill "$redis" 2>/dev/null || true
  [ -z "${redis:-}" ] || wait "$redis" 2>/dev/null || true
}

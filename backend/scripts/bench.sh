#!/usr/bin/env bash
# Measures what LINDA costs in time on this machine. Usage: bench.sh --help
set -euo pipefail
unset CDPATH # with it cd looks elsewhere first, and prints where it went

backend="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
repository="$(dirname -- "${backend}")"
# shellcheck source=backend/scripts/lib/venvs.sh
source "${backend}/scripts/lib/venvs.sh"

usage() {
  cat <<'EOF'
Usage: backend/scripts/bench.sh [--quick] [--only PART...] [--against REVISION...]

Measures on the local engines, variants in turns in one run, and writes backend/bench/RESULTS.md with the targets (met or
not) and backend/bench/results.svg. Takes about ten minutes; the machine should have nothing else to do. Needs Python
3.11 or newer with venv; uses Python 3.13, which is deployed, where there is one (on the PATH or of pyenv). What is
weighed on AWS's own DynamoDB Local needs Java 17, npm and unshare, and is left out without them. No account, no key.

  --only PART...          cold   cold starts against the bare SDKs and against the plain way
                          warm   CPU of warm requests without model and network, and whose code spends it
                          trips  round trips, calls and capacity of DynamoDB, with no lead and with 100,000
                          texts  from a text to its TwiML, rounds of the model, tokens and their price
                          load   many at once, and whether anything is lost
  --against REVISION...   these revisions beside this tree, in the same turns (cold, warm), each packaged by its own script
  --quick                 hardly any repetitions, to see that it works
  --help                  this text

With --quick or --only nothing is written: the results go to standard output, and say what was not measured.

Exit status: 0 when everything was measured, whether the targets are met or not; 1 on an error, 2 on wrong usage.

Examples:
  backend/scripts/bench.sh
  backend/scripts/bench.sh --only cold warm --against main~5
  backend/scripts/bench.sh --quick --only trips
EOF
}

# The Python that is deployed, if it is here and answers; else the one that PATH or PYTHON names.
choose_python() {
  local candidate
  for candidate in python3.13 "${HOME:-/nowhere}"/.pyenv/versions/3.13*/bin/python; do
    if "${candidate}" -c 'import ensurepip, venv' 2>/dev/null; then
      printf '%s\n' "${candidate}"
      return
    fi
  done
  printf '%s\n' "${PYTHON:-python3}"
}

main() {
  local argument bench local_aws
  for argument in "$@"; do
    if [[ "${argument}" == --help || "${argument}" == -h ]]; then usage && exit 0; fi
  done
  PYTHON="${PYTHON:-$(choose_python)}"
  export PYTHON
  bench="$(ensure_venv bench "${repository}/requirements.txt" "${backend}/bench/requirements.txt")"
  local_aws="$(ensure_venv bench-aws "${backend}/local/requirements.txt")"
  export LINDA_LOCAL_AWS_PYTHON="${local_aws}/bin/python" PYTHONDONTWRITEBYTECODE=1
  export PYTHONPATH="${backend}/lambda:${backend}/tests:${backend}/local:${backend}/scripts/lib:${backend}/bench"
  exec "${bench}/bin/python" "${backend}/bench/bench.py" "$@"
}

main "$@"

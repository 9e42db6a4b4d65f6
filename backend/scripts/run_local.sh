#!/usr/bin/env bash
# LINDA on this machine: a local AWS, deployed to as the real one is. `--help` says how.
#
# shellcheck disable=SC2310  # functions whose result is asked for check their own commands, set -e or not
# shellcheck disable=SC2312  # where a substitution may fail, its empty result is what is looked at
# shellcheck source-path=SCRIPTDIR

set -euo pipefail
unset CDPATH # with it cd looks elsewhere first, and prints where it went
umask 077

scripts="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
backend="$(dirname -- "${scripts}")"
# shellcheck source=lib/venvs.sh
source "${scripts}/lib/venvs.sh"

# Numbers that no telephone has: 555-0100 to 555-0199 are kept for stories.
from="+19045550123"
texts=()
work=""
engine_pid=""
pages_pid=""

usage() {
  cat <<'USAGE'
Starts LINDA on this machine: a local AWS on 127.0.0.1, the three functions deployed to it by deploy_lambda.sh.
Needs Python 3.11 or newer with venv, and bash. No account, no key. The first start downloads packages.

usage: bash backend/scripts/run_local.sh                                runs until Ctrl-C
       bash backend/scripts/run_local.sh --text TEXT [--text TEXT]...   texts LINDA, shows what was said and stored

  --text TEXT     a text from a customer; given again, the next one of the same conversation
  --call WORDS    calls LINDA and says that, or presses a key (--call 1); given again, the next turn of the call
  --brandon TEXT  a text from Brandon, in between: "gym till 5", "today"; "commands" lists what he can text
  --from NUMBER   the customer's number (default +19045550123)
  --help          this page

Settings come from the environment; backend/.env is not read, and no real AWS is ever reached:
  OPENAI_API_KEY, OPENAI_MODEL, OPENAI_BASE_URL   LINDA talks with the model instead of the numbered menu
  ALLOWED_ORIGINS, REPLY_BUDGET_SECONDS
  ADMIN_API_TOKEN, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER, OWNER_PHONE_NUMBER   made up where they are not set
  PYTHON                                          the interpreter to use (default python3)

examples:
  bash backend/scripts/run_local.sh
  bash backend/scripts/run_local.sh --text "Do you fix iPhone 14 screens?" --text "2"
  bash backend/scripts/run_local.sh --call "battery for a pixel 7" --call 2
  bash backend/scripts/run_local.sh --brandon "closed tomorrow" --text "hi" --text "1" --brandon "agenda monday"
USAGE
}

say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $*"
  if [[ -s "${work:-/nowhere}/aws.log" ]]; then
    say "--- the last lines of the local AWS:"
    tail -n 40 -- "${work}/aws.log" >&2
  fi
  exit 1
}

parse_arguments() {
  while (($# > 0)); do
    case "$1" in
      --text)
        (($# > 1)) || die "--text needs a text"
        texts+=("--text=$2")
        shift
        ;;
      --call)
        (($# > 1)) || die "--call needs what the caller says, or a key"
        texts+=("--call=$2")
        shift
        ;;
      --brandon)
        (($# > 1)) || die "--brandon needs a text"
        texts+=("--brandon=$2")
        shift
        ;;
      --from)
        [[ "${2:-}" =~ ^\+[1-9][0-9]{7,14}$ ]] || die "--from needs a number like +19045550123"
        from="$2"
        shift
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) die "unknown argument $1 (see --help)" ;;
    esac
    shift
  done
}

# --- leaving nothing behind ----------------------------------------------------------------------------------

make_work_directory() {
  work="$(mktemp -d "${TMPDIR:-/tmp}/linda-local.XXXXXX")"
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

clean_up() {
  trap '' INT TERM HUP
  if [[ -n "${pages_pid}" ]]; then kill -TERM "${pages_pid}" 2>/dev/null || true; fi
  if [[ -n "${engine_pid}" ]]; then stop_engine; fi
  rm -rf -- "${work}"
}

# The engine has a process group of its own, with the functions that it started.
stop_engine() {
  local tries_left=50
  kill -TERM -- "-${engine_pid}" 2>/dev/null || return 0
  while kill -0 -- "-${engine_pid}" 2>/dev/null && ((tries_left-- > 0)); do sleep 0.1; done
  kill -KILL -- "-${engine_pid}" 2>/dev/null || true
  wait "${engine_pid}" 2>/dev/null || true
}

# --- the settings --------------------------------------------------------------------------------------------

random_token() { "${tools}/bin/python" -c 'import secrets; print(secrets.token_hex(32))'; }

# Whatever this machine has set up for the real AWS and the real deployment is out of reach from here on.
isolate() {
  local name
  for name in "${!AWS_@}" "${!LAMBDA_@}" LINDA_PREFIX PUBLIC_BASE_URL DYNAMODB_REGION TWILIO_ACCOUNT_SID \
    REPAIRS_LEAD_LOG_TABLE BRANDON_STATE_LOG_TABLE ALARM_EMAIL; do
    unset "${name}"
  done
  : >"${work}/empty"
  export AWS_CONFIG_FILE="${work}/empty" AWS_SHARED_CREDENTIALS_FILE="${work}/empty" AWS_EC2_METADATA_DISABLED=true
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  # Tests name one that starts faster.
  export AWS_CLI="${LINDA_AWS_CLI:-${tools}/bin/aws}" LAMBDA_PLATFORM=native
  NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,${NO_PROXY}}"
  export NO_PROXY no_proxy="${NO_PROXY}"
}

fill_settings() {
  export ADMIN_API_TOKEN="${ADMIN_API_TOKEN:-$(random_token)}"
  export TWILIO_AUTH_TOKEN="${TWILIO_AUTH_TOKEN:-$(random_token)}"
  export TWILIO_PHONE_NUMBER="${TWILIO_PHONE_NUMBER:-+19045550199}"
  export OWNER_PHONE_NUMBER="${OWNER_PHONE_NUMBER:-+19045550111}"
  web_port="$("${tools}/bin/python" "${backend}/local/engine.py" port)"
  web_url="http://127.0.0.1:${web_port}"
  export ALLOWED_ORIGINS="${web_url}${ALLOWED_ORIGINS:+,${ALLOWED_ORIGINS}}"
}

# --- the local AWS -------------------------------------------------------------------------------------------

start_engine() {
  local name environment=() port
  port="$("${tools}/bin/python" "${backend}/local/engine.py" port)"
  mkdir -- "${work}/tmp"
  for name in HTTPS_PROXY https_proxy HTTP_PROXY http_proxy NO_PROXY no_proxy SSL_CERT_FILE SSL_CERT_DIR; do
    if [[ -n "${!name:-}" ]]; then environment+=("${name}=${!name}"); fi
  done
  say "starting the local AWS on 127.0.0.1:${port} ..."
  set -m
  env -i PATH="${PATH}" HOME="${work}" TMPDIR="${work}/tmp" STATE_DIR="${work}/state" BIND_HOST=127.0.0.1 \
    MINISTACK_HOST=localhost GATEWAY_PORT="${port}" "${environment[@]}" "${local_aws}/bin/ministack" \
    >"${work}/aws.log" 2>&1 </dev/null &
  engine_pid=$!
  set +m
  "${tools}/bin/python" "${backend}/local/engine.py" wait "${port}" "${engine_pid}" ||
    die "the local AWS did not start"
  export AWS_ENDPOINT_URL="http://127.0.0.1:${port}"
}

deploy() {
  bash "${scripts}/deploy_lambda.sh" --provision --env-file "${work}/empty" >"${work}/result" ||
    die "LINDA could not be deployed to the local AWS"
  "${tools}/bin/python" "${backend}/local/engine.py" cors "${AWS_ENDPOINT_URL##*:}"
  api_url="$(sed -n 's/^API_URL=//p' "${work}/result")"
}

# Holds the signing token, hence a file that only its owner reads instead of an argument.
write_session() {
  session="${work}/session.json"
  API_URL="${api_url}" "${tools}/bin/python" - >"${session}" <<'PY'
import json
import os

print(
    json.dumps(
        {
            "api_url": os.environ["API_URL"],
            "twilio_auth_token": os.environ["TWILIO_AUTH_TOKEN"],
            "phone_number": os.environ["TWILIO_PHONE_NUMBER"],
            "owner_number": os.environ["OWNER_PHONE_NUMBER"],
            "endpoint_url": os.environ["AWS_ENDPOINT_URL"],
            "lead_table": "Repairs_Lead_Log",
        }
    )
)
PY
}

# The pages, from an address that is another origin than the API's, as it will be.
start_pages() {
  "${tools}/bin/python" "${backend}/local/pages.py" --session "${session}" --port "${web_port}" \
    >"${work}/pages.log" 2>&1 </dev/null &
  pages_pid=$!
}

# --- texting -------------------------------------------------------------------------------------------------

converse() {
  "${tools}/bin/python" "${backend}/local/text_linda.py" --session "${session}" --from "${from}" "${texts[@]}" ||
    die "the conversation failed (see above)"
}

print_how_to() {
  cat <<TEXT

LINDA is up, on a local AWS at ${AWS_ENDPOINT_URL}, with an empty calendar.

  phone          ${web_url}/phone.html      texts her from here, and shows what she did
  booking        ${web_url}/book.html
  cockpit        ${web_url}/cockpit.html    with the admin token below

  API            ${api_url}
  texts          ${api_url}/twilio/sms
  calls          ${api_url}/twilio/voice, and ${api_url}/twilio/status when they are over
  admin token    ${ADMIN_API_TOKEN}
  LINDA's number ${TWILIO_PHONE_NUMBER}, Brandon's ${OWNER_PHONE_NUMBER}

Text her:
  ${tools}/bin/python ${backend}/local/text_linda.py --session ${session} \\
    --to ${TWILIO_PHONE_NUMBER} --from ${from} --text "Do you fix iPhone 14 screens?"

What Brandon is doing, and what is free:
  curl -H "Authorization: Bearer ${ADMIN_API_TOKEN}" ${api_url}/state
  curl "${api_url}/availability?date=$(tomorrow)&days=3"

Ctrl-C ends it all.
TEXT
}

tomorrow() {
  "${tools}/bin/python" -c 'import datetime as d; print(d.date.today() + d.timedelta(days=1))'
}

serve() {
  print_how_to
  trap 'exit 0' INT
  wait "${engine_pid}" || true
  die "the local AWS ended by itself"
}

main() {
  parse_arguments "$@"
  tools="$(ensure_venv tools "${backend}/local/requirements-tools.txt")" || exit 1
  local_aws="$(ensure_venv local-aws "${backend}/local/requirements.txt")" || exit 1
  make_work_directory
  isolate
  fill_settings
  start_engine
  deploy
  write_session
  if ((${#texts[@]} > 0)); then
    converse
  else
    start_pages
    serve
  fi
}

main "$@"

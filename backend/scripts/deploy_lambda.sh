#!/usr/bin/env bash
# Packages LINDA's three functions and deploys them to AWS; `--help` says how.
#
# shellcheck disable=SC2310  # functions whose result is asked for check their own commands, set -e or not
# shellcheck disable=SC2312  # where a substitution may fail, its empty result is what is looked at
# shellcheck disable=SC2329  # main calls what the arguments name
# shellcheck source-path=SCRIPTDIR

set -euo pipefail
unset CDPATH # with it cd looks elsewhere first, and prints where it went
umask 077

scripts="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
backend="$(dirname -- "${scripts}")"
# shellcheck source=lib/venvs.sh
source "${scripts}/lib/venvs.sh"
# shellcheck source=lib/env_file.sh
source "${scripts}/lib/env_file.sh"
# shellcheck source=lib/talking.sh
source "${scripts}/lib/talking.sh"
# shellcheck source=lib/checks.sh
source "${scripts}/lib/checks.sh"
# shellcheck source=lib/stacks.sh
source "${scripts}/lib/stacks.sh"
# shellcheck source=lib/functions.sh
source "${scripts}/lib/functions.sh"
# shellcheck source=lib/proof.sh
source "${scripts}/lib/proof.sh"
# shellcheck source=lib/removal.sh
source "${scripts}/lib/removal.sh"
# shellcheck source=lib/twilio.sh
source "${scripts}/lib/twilio.sh"
# shellcheck source=lib/web.sh
source "${scripts}/lib/web.sh"

readonly functions=(dispatcher state_manager scheduler)
readonly deploy_settings=(
  LAMBDA_ROLE_ARN LAMBDA_RUNTIME LAMBDA_ARCHITECTURE LAMBDA_PLATFORM LAMBDA_BUILD_DIR LINDA_PREFIX AWS_CLI
  ALARM_EMAIL TWILIO_SMS_FALLBACK_URL TWILIO_VOICE_FALLBACK_URL
)
readonly aws_identity=(AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN)

env_file="${backend}/.env"
action=deploy
provision=false
dry_run=false
with_tables=false
python="${PYTHON:-python3}"
work=""
problems=()
warnings=()
twilio_backup=""
web_folder=""
to_move=()       # functions whose alias has to be led to another version
failed=()        # titles of checks that failed
surroundings=""  # what is wanted around the functions, as the dispatcher's alias would note it
turning=false    # whether what is live is being changed and not judged yet
rehearsed=""     # a stack that a rehearsal is about to make, empty, to throw it away

usage() {
  cat <<'USAGE'
Packages LINDA's three functions (dispatcher, state_manager, scheduler) and deploys them with the AWS CLI.

usage: bash backend/scripts/deploy_lambda.sh [--provision] [--dry-run] [--env-file FILE]
       bash backend/scripts/deploy_lambda.sh --verify | --rollback | --destroy [--with-tables]
       bash backend/scripts/deploy_lambda.sh --twilio [--dry-run] | --twilio-restore FILE
       bash backend/scripts/deploy_lambda.sh --web [--dry-run] | --web-files FOLDER
       bash backend/scripts/deploy_lambda.sh --package-only

  --provision      also bring what stands around the functions: tables, roles and log groups before them,
                   the HTTP API with its routes and alarms after them (two CloudFormation stacks)
  --dry-run        check and package, show what would change (the stacks' change sets; of each function its code, its
                   settings by name, its alias), and change nothing
  --verify         ask the deployed functions and their public URL: a signed text, a wrongly signed one, free slots,
                   the state with and without the token; exit 1 names what failed
  --rollback       lead the alias of what the last deploy changed back to the versions before, and verify
  --destroy        remove stacks and functions, after the prefix was typed; tables stay ...
  --with-tables    ... unless this is given too: then those that a deploy made go with all they hold
  --twilio         show the number's URLs and whether it may text; set them to this deployment once you say yes
  --twilio-restore FILE   put the URLs back that --twilio found; it says where it kept them
  --web            put the booking page and the cockpit into a private bucket behind CloudFront (a third stack), told where
                   the API is; prints their addresses
  --web-files FOLDER      write them into FOLDER instead, for a host of yours
  --package-only   make the zips and print their paths; needs neither AWS nor settings
  --env-file FILE  read settings from FILE instead of backend/.env
  --help           this page

A new version is asked by its number before anybody meets it; then the alias `live`, which the gateway calls, goes to it;
then the public URL is asked. What fails there sends the alias back, and the exit status is 1.
Without --provision the functions need a role that exists: LAMBDA_ROLE_ARN.
Running it again changes only what differs, and completes what an interrupted run began. What stands around the functions
counts too: where the stacks are others than when the public URL last answered well, it is asked again.

Needs bash (what macOS has, 3.2, will do; it is tested with 5.2), Python 3.11 or newer with venv, and the AWS CLI.

Settings come from the environment, or else from backend/.env (see backend/.env.example):
  what the functions get       TWILIO_AUTH_TOKEN and ADMIN_API_TOKEN are needed, the others have defaults
  LAMBDA_ROLE_ARN              the functions' role, without --provision
  LAMBDA_RUNTIME               python3.13
  LAMBDA_ARCHITECTURE          arm64, or x86_64
  LAMBDA_PLATFORM              lambda, or native: packages for this machine, for a local AWS
  LAMBDA_BUILD_DIR             where the zips go: a directory under backend/.local/build
  LINDA_PREFIX                 linda: begins the names of functions and stacks
  ALARM_EMAIL                  who is written to when something goes wrong; nobody when not set
  AWS_CLI                      aws: the AWS CLI to use
  AWS_REGION, AWS_PROFILE ...  as the AWS CLI knows them; AWS_ENDPOINT_URL for a local AWS

examples:
  bash backend/scripts/deploy_lambda.sh --provision --dry-run
  bash backend/scripts/deploy_lambda.sh --provision
  bash backend/scripts/deploy_lambda.sh --rollback
  LAMBDA_ROLE_ARN=arn:aws:iam::123456789012:role/linda bash backend/scripts/deploy_lambda.sh
  LINDA_PREFIX=linda-test REPAIRS_LEAD_LOG_TABLE=Test_Leads BRANDON_STATE_LOG_TABLE=Test_State \
    bash backend/scripts/deploy_lambda.sh --provision
USAGE
}

# --- beginning -----------------------------------------------------------------------------------------------

parse_arguments() {
  while (($# > 0)); do
    case "$1" in
      --provision) provision=true ;;
      --dry-run) dry_run=true ;;
      --with-tables) with_tables=true ;;
      --package-only | --verify | --rollback | --destroy | --twilio | --web) choose_action "${1#--}" ;;
      --twilio-restore)
        choose_action twilio-restore
        twilio_backup="$(readable_file "$@")" || exit 1
        shift
        ;;
      --web-files)
        choose_action web_files
        [[ -n "${2:-}" && "${2:-}" != --* ]] || die "$1 needs the name of a folder"
        web_folder="$2"
        shift
        ;;
      --env-file)
        env_file="$(readable_file "$@")" || exit 1
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
  check_arguments
}

choose_action() {
  [[ "${action}" == deploy ]] || die "--${action} and --$1 are two things: one at a time"
  action="$1"
}

readable_file() {
  [[ -n "${2:-}" && -r "${2:-}" ]] || die "$1 needs a file that can be read"
  printf '%s' "$2"
}

check_arguments() {
  if [[ "${with_tables}" == true && "${action}" != destroy ]]; then die "--with-tables goes with --destroy"; fi
  if [[ "${provision}" == true && "${action}" != deploy ]]; then die "--provision does not go with --${action}"; fi
  if [[ "${dry_run}" == true && "${action}" != deploy && "${action}" != twilio && "${action}" != web ]]; then
    die "--dry-run does not go with --${action}"
  fi
}

# Credentials are taken whole from one place: half from the environment and half from the file would be nobody's.
load_settings() {
  local names=("${deploy_settings[@]}" AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL) name from_environment=""
  # Without a Python there are none; check_everything says so.
  while IFS= read -r name; do names+=("${name}"); done \
    < <("${python}" "${scripts}/lib/function_config.py" names 2>/dev/null || true)
  for name in "${aws_identity[@]}"; do from_environment+="${!name:-}"; done
  [[ -n "${from_environment}" ]] || names+=("${aws_identity[@]}")
  if [[ -e "${env_file}" ]]; then
    load_env_file "${env_file}" "${names[@]}" >"${work}/env_problems" || true
    while IFS= read -r name; do problem "${name}"; done <"${work}/env_problems"
  fi
}

apply_defaults() {
  prefix="${LINDA_PREFIX:-linda}"
  platform="${LAMBDA_PLATFORM:-lambda}"
  aws_cli="${AWS_CLI:-aws}"
  lead_table="${REPAIRS_LEAD_LOG_TABLE:-Repairs_Lead_Log}"
  state_table="${BRANDON_STATE_LOG_TABLE:-Brandon_State_Log}"
  runtime="${LAMBDA_RUNTIME:-python3.13}"
  architecture="${LAMBDA_ARCHITECTURE:-arm64}"
  if [[ "${platform}" == native ]]; then
    runtime="${LAMBDA_RUNTIME:-python$("${python}" -c 'import sys; print("%d.%d" % sys.version_info[:2])' || true)}"
    architecture="${LAMBDA_ARCHITECTURE:-$(native_architecture)}"
  fi
  # Apart for each target: packages for this machine never take the place of Lambda's.
  build_dir="${LAMBDA_BUILD_DIR:-${backend}/.local/build/${platform}-${runtime}-${architecture}}"
  # The CLI's pager would wait for a key, its prompts for an answer.
  export AWS_PAGER="" AWS_CLI_AUTO_PROMPT=off
}

native_architecture() {
  case "$(uname -m)" in
    arm64 | aarch64) printf 'arm64' ;;
    *) printf 'x86_64' ;;
  esac
}

# A run that was killed outright could not remove its own, where settings may stand.
make_work_directory() {
  local left
  for left in "${TMPDIR:-/tmp}"/linda-deploy.*; do
    if [[ -O "${left}/pid" ]] && ! kill -0 "$(<"${left}/pid")" 2>/dev/null; then rm -rf -- "${left}"; fi
  done
  work="$(mktemp -d "${TMPDIR:-/tmp}/linda-deploy.XXXXXX")"
  printf '%s\n' "$$" >"${work}/pid"
  trap leave EXIT
  trap 'turning=false && exit 130' INT
  trap 'turning=false && exit 143' TERM HUP
}

# Whatever ends a run while it turns what is live leads back; after a signal that is left to the next run.
leave() {
  local status=$?
  if [[ "${turning}" == true ]]; then (lead_back) || true; fi
  if [[ -n "${rehearsed}" ]]; then (drop_empty_stack "${rehearsed}") || true; fi
  rm -rf -- "${work}"
  exit "${status}"
}

# --- packages ------------------------------------------------------------------------------------------------

make_packages() {
  local venv native=()
  [[ "${platform}" == native ]] && native=(--native)
  venv="$(ensure_venv package)" || exit 1
  "${venv}/bin/python" "${scripts}/lib/package.py" "${functions[@]}" --runtime "${runtime}" \
    --architecture "${architecture}" ${native[@]+"${native[@]}"} --output "${build_dir}" \
    --cache "${backend}/.local/packages" >"${work}/packages" || exit 1
}

# Column 2 is the zip's path, 4 its SHA-256 as Lambda gives it.
package_column() { awk -F '\t' -v name="$1" -v column="$2" '$1 == name { print $column }' "${work}/packages"; }

# --- deploying -----------------------------------------------------------------------------------------------

deploy() {
  local function
  say "account ${account}, region ${region}${AWS_ENDPOINT_URL:+, at ${AWS_ENDPOINT_URL}}"
  make_packages
  if [[ "${provision}" == true ]]; then
    surroundings="$(fingerprint_surroundings)"
    provision_foundation
  fi
  for function in "${functions[@]}"; do deploy_function "${function}"; done
  for function in ${to_move[@]+"${to_move[@]}"}; do cut_version "${function}"; done
  reserve_concurrency
  if [[ "${dry_run}" == true ]]; then
    for function in "${functions[@]}"; do
      if is_unproved "${function}"; then say "function $(function_name "${function}"): what is live would be proved"; fi
    done
    if [[ "${provision}" == true ]]; then provision_api; fi
    if ! surroundings_are_proved; then say "what stands around the functions was not proved like this: the public URL would be asked"; fi
    say "Nothing was changed (--dry-run)."
    return
  fi
  go_live
  print_result
}

# Proved by number, led to by the alias, proved through the public URL; what an interrupted run left unproved comes along.
go_live() {
  local function unproved=() deploy_id url
  for function in "${functions[@]}"; do if is_unproved "${function}"; then unproved+=("${function}"); fi; done
  deploy_id="$(deploy_id_of ${unproved[@]+"${unproved[@]}"})"
  if ((${#to_move[@]} > 0)); then prove_new_versions; fi
  turning=true
  # A door that cannot be rebuilt ends the run before anybody is led elsewhere; the first one needs the alias to be there.
  if [[ "${provision}" == true ]] && every_alias_exists; then provision_api; fi
  url="$(public_url)"
  for function in ${to_move[@]+"${to_move[@]}"}; do move_alias "${function}" "${deploy_id}"; done
  for function in ${to_move[@]+"${to_move[@]}"}; do await_alias "${function}"; done
  if [[ "${provision}" == true && ! -e "${work}/brought.${prefix}-api" ]]; then
    provision_api
    url="$(public_url)"
  fi
  if ((${#to_move[@]} + ${#unproved[@]} > 0)) || ! surroundings_are_proved; then prove_live "${url}"; fi
  turning=false
}

prove_new_versions() {
  say "the new versions are asked before anybody else meets them ..."
  prove_versions version_to_prove ||
    die "a new version did not prove itself: $(failed_checks). Nothing was led to it; what ran before runs on." \
      "$(word_on_foundation)"
}

every_alias_exists() {
  local function
  for function in "${functions[@]}"; do [[ -s "${work}/${function}.alias" ]] || return 1; done
}

# The functions that one deploy changed go back together, also when it took two runs.
deploy_id_of() {
  if (($# > 0)); then alias_note "$1" deploy; else date -u +%Y%m%dT%H%M%SZ; fi
}

# Whether the public URL has answered well with the stacks as they are wanted now, and nobody changed them meanwhile.
surroundings_are_proved() {
  [[ "${provision}" == true ]] || return 0
  [[ ! -e "${work}/changed.${prefix}-foundation" && ! -e "${work}/changed.${prefix}-api" ]] || return 1
  [[ "$(alias_note dispatcher around)" == "${surroundings}" ]]
}

prove_live() {
  local url="$1" function around own_address=true
  if [[ -z "${url}" ]]; then
    say "no public URL is known (PUBLIC_BASE_URL): the functions are proved by their numbers alone"
  else
    say "the public URL is asked ..."
    prove_public "${url}" || die "the public URL did not prove itself: $(failed_checks)"
  fi
  turning=false
  # Whatever leads from there to the API is not this script's: nothing goes back for it, and the next run asks again.
  if has_own_address "${url}"; then prove_public "${PUBLIC_BASE_URL}" || own_address=false; fi
  for function in "${functions[@]}"; do
    around=""
    if [[ "${function}" == dispatcher && "${own_address}" == true ]] && ! surroundings_are_proved; then
      around="${surroundings}"
    fi
    if [[ -n "${around}" ]] || is_unproved "${function}"; then mark_proved "${function}" "${around}"; fi
  done
  [[ "${own_address}" == true ]] || die "the deploy is live and answers at ${url}, but not at PUBLIC_BASE_URL" \
    "(${PUBLIC_BASE_URL}): $(failed_checks). Lead that to it, then ask again with --verify."
}

# has_own_address URL: whether Twilio is to call the functions somewhere else than at the API's own URL.
has_own_address() { [[ -n "$1" && -n "${PUBLIC_BASE_URL:-}" && "${PUBLIC_BASE_URL}" != "$1" ]]; }

# What was live before this run is live again, where there was something, and is asked.
lead_back() {
  local function went=() stayed=() before="" url foundation
  for function in "${functions[@]}"; do
    is_unproved "${function}" || continue
    if (go_back "${function}"); then went+=("${function}"); else stayed+=("${function}"); fi
  done
  if ((${#stayed[@]} > 0)); then say "no version before this one is led back to: ${stayed[*]}"; fi
  if ((${#went[@]} > 0)); then before="the versions before"; fi
  if (put_api_back); then before+="${before:+ and }${prefix}-api as it was before"; fi
  foundation="$(word_on_foundation)"
  if [[ -n "${foundation}" ]]; then say "${foundation}"; fi
  if [[ -z "${before}" ]]; then
    ((${#failed[@]} == 0)) || say "There is nothing else that this run could put back; the next one asks again."
    return
  fi
  url="$(public_url)"
  if [[ -z "${url}" ]]; then die "what is live is back at ${before}; no public URL is known where that could be asked"; fi
  say "${before}: asked ..."
  prove_public "${url}" || die "what is live is back at ${before}, and that fails as well: $(failed_checks). The cause is" \
    "elsewhere, or in the settings: they are asked with the tokens and the URL of now, and keep their own."
  die "what is live is back at ${before}, and answers."
}

print_result() {
  local function url
  if [[ "${provision}" == true ]]; then
    url="$(public_url)"
    printf 'API_URL=%s\n' "${url}"
    printf 'TWILIO_SMS_URL=%s/twilio/sms\n' "${PUBLIC_BASE_URL:-${url}}"
    printf 'TWILIO_VOICE_URL=%s/twilio/voice\n' "${PUBLIC_BASE_URL:-${url}}"
    printf 'TWILIO_STATUS_URL=%s/twilio/status\n' "${PUBLIC_BASE_URL:-${url}}"
    say "Done. --twilio gives the last three to the number, or do it by hand: Phone Numbers, your number, \"A message" \
      "comes in\", \"A call comes in\", \"Call status changes\"."
  else
    for function in "${functions[@]}"; do printf 'FUNCTION=%s:live\n' "$(function_name "${function}")"; done
    say "Done."
  fi
}

# --- afterwards ----------------------------------------------------------------------------------------------

verify() {
  local function url
  for function in "${functions[@]}"; do
    read_alias "${function}"
    [[ -n "$(alias_version "${function}")" ]] ||
      die "the function $(function_name "${function}") has no alias live in account ${account}, region ${region}:" \
        "deploy it first, or name its region (AWS_REGION)"
  done
  prove_versions alias_version || die "the live versions do not answer as they must: $(failed_checks)"
  url="$(public_url)"
  if [[ -z "${url}" ]]; then
    say "no public URL is known (PUBLIC_BASE_URL): only the functions themselves were asked"
  else
    prove_public "${url}" || die "the public URL does not answer as it must: $(failed_checks)"
    if has_own_address "${url}"; then
      prove_public "${PUBLIC_BASE_URL}" || die "PUBLIC_BASE_URL does not answer as it must: $(failed_checks)"
    fi
  fi
  say "All of it answers as it must."
}

# What the last deploy changed goes back together; what it left alone stays.
rollback() {
  local function last="" url going=()
  for function in "${functions[@]}"; do
    read_alias "${function}"
    if [[ "$(alias_note "${function}" deploy)" > "${last}" ]]; then last="$(alias_note "${function}" deploy)"; fi
  done
  for function in "${functions[@]}"; do
    if [[ -n "${last}" && "$(alias_note "${function}" deploy)" == "${last}" ]]; then going+=("${function}"); fi
  done
  ((${#going[@]} > 0)) ||
    die "nothing is deployed under the prefix ${prefix} in account ${account}, region ${region} that could go back"
  for function in "${going[@]}"; do
    [[ -n "$(alias_note "${function}" before)" ]] ||
      die "no version is known that was live before $(function_name "${function}"):$(alias_version "${function}")." \
        "Nothing was changed."
  done
  for function in "${going[@]}"; do go_back "${function}"; done
  url="$(public_url)"
  if [[ -z "${url}" || -z "${TWILIO_AUTH_TOKEN:-}" || -z "${ADMIN_API_TOKEN:-}" ]]; then
    say "they are not asked: that needs a public URL, TWILIO_AUTH_TOKEN and ADMIN_API_TOKEN"
  else
    prove_public "${url}" || die "the alias is back at the versions before, but they do not answer as they must:" \
      "$(failed_checks). They have their own TWILIO_AUTH_TOKEN, ADMIN_API_TOKEN and PUBLIC_BASE_URL: where the deploy" \
      "changed one, put the old one into backend/.env and ask again with --verify."
  fi
  say "Done: the versions before are live. The next deploy brings again what the tree holds."
}

# --- all of it -----------------------------------------------------------------------------------------------

check_everything() {
  check_prefix
  # Each action asks it which settings there are, at the least.
  check_python_version
  case "${action}" in
    package-only) check_packaging ;;
    destroy) check_account || true ;;
    twilio | twilio-restore) check_twilio ;;
    web | web_files) check_web ;;
    rollback)
      check_settings PUBLIC_BASE_URL
      check_aws
      ;;
    verify)
      check_settings
      check_aws
      ;;
    *)
      check_packaging
      check_settings
      check_role_setting
      check_aws
      ;;
  esac
  report_problems
}

main() {
  parse_arguments "$@"
  make_work_directory
  load_settings
  apply_defaults
  check_everything
  case "${action}" in
    package-only)
      make_packages
      cut -f 2 "${work}/packages"
      ;;
    twilio | twilio-restore) connect_twilio ;;
    *) "${action}" ;;
  esac
}

# Nothing of a file that was changed meanwhile (git pull) is read.
main "$@"
exit

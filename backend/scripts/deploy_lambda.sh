#!/usr/bin/env bash
# Packages LINDA's three functions and deploys them to AWS; `--help` says how.
#
# shellcheck disable=SC2310  # functions whose result is asked for check their own commands, set -e or not
# shellcheck disable=SC2312  # where a substitution may fail, its empty result is what is looked at
# shellcheck source-path=SCRIPTDIR

set -euo pipefail
umask 077

scripts="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
backend="$(dirname -- "${scripts}")"
# shellcheck source=lib/venvs.sh
source "${scripts}/lib/venvs.sh"
# shellcheck source=lib/env_file.sh
source "${scripts}/lib/env_file.sh"

readonly functions=(dispatcher state_manager scheduler)
readonly deploy_settings=(
  LAMBDA_ROLE_ARN LAMBDA_RUNTIME LAMBDA_ARCHITECTURE LAMBDA_PLATFORM LAMBDA_BUILD_DIR LINDA_PREFIX AWS_CLI
)
readonly aws_identity=(AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN)

env_file="${backend}/.env"
provision=false
dry_run=false
package_only=false
python="${PYTHON:-python3}"
work=""
problems=()
warnings=()

usage() {
  cat <<'USAGE'
Packages LINDA's three functions (dispatcher, state_manager, scheduler) and deploys them with the AWS CLI.

usage: bash backend/scripts/deploy_lambda.sh [--provision] [--dry-run] [--env-file FILE]
       bash backend/scripts/deploy_lambda.sh --package-only

  --provision      also bring what stands around the functions: tables, roles and log groups before them,
                   the HTTP API with its routes after them (two CloudFormation stacks)
  --dry-run        check and package, look at what is deployed, say what would change, and change nothing
  --package-only   make the zips and print their paths; needs neither AWS nor settings
  --env-file FILE  read settings from FILE instead of backend/.env
  --help           this page

Without --provision the functions need a role that exists: LAMBDA_ROLE_ARN.
Running it again changes only what differs.

Settings come from the environment, or else from backend/.env (see backend/.env.example):
  what the functions get       TWILIO_AUTH_TOKEN and ADMIN_API_TOKEN are needed, the others have defaults
  LAMBDA_ROLE_ARN              the functions' role, without --provision
  LAMBDA_RUNTIME               python3.13
  LAMBDA_ARCHITECTURE          arm64, or x86_64
  LAMBDA_PLATFORM              lambda, or native: packages for this machine, for a local AWS
  LAMBDA_BUILD_DIR             where the zips go: a directory under backend/.local/build
  LINDA_PREFIX                 linda: begins the names of functions and stacks
  AWS_CLI                      aws: the AWS CLI to use
  AWS_REGION, AWS_PROFILE ...  as the AWS CLI knows them; AWS_ENDPOINT_URL for a local AWS

examples:
  bash backend/scripts/deploy_lambda.sh --provision --dry-run
  bash backend/scripts/deploy_lambda.sh --provision
  LAMBDA_ROLE_ARN=arn:aws:iam::123456789012:role/linda bash backend/scripts/deploy_lambda.sh
  LINDA_PREFIX=linda-test REPAIRS_LEAD_LOG_TABLE=Test_Leads BRANDON_STATE_LOG_TABLE=Test_State \
    bash backend/scripts/deploy_lambda.sh --provision
USAGE
}

# --- talking -------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

problem() { problems+=("$*"); }
warning() { warnings+=("$*"); }

# All at once, so that a second try is not needed to learn of the second one.
report_problems() {
  local text
  for text in ${warnings[@]+"${warnings[@]}"}; do say "warning: ${text}"; done
  warnings=()
  ((${#problems[@]} == 0)) && return
  for text in "${problems[@]}"; do say "error: ${text}"; done
  say "Nothing was changed. \`bash backend/scripts/deploy_lambda.sh --help\` explains the settings."
  exit 1
}

# --- beginning -----------------------------------------------------------------------------------------------

parse_arguments() {
  while (($# > 0)); do
    case "$1" in
      --provision) provision=true ;;
      --dry-run) dry_run=true ;;
      --package-only) package_only=true ;;
      --env-file)
        [[ -n "${2:-}" && -r "${2:-}" ]] || die "--env-file needs a file that can be read"
        env_file="$2"
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

# Credentials are taken whole from one place: half from the environment and half from the file would be nobody's.
load_settings() {
  local names=("${deploy_settings[@]}" AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL) name from_environment=""
  # Without a Python there are none; check_packaging says so.
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

make_work_directory() {
  work="$(mktemp -d "${TMPDIR:-/tmp}/linda-deploy.XXXXXX")"
  trap 'rm -rf -- "${work}"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# --- checks before the first change --------------------------------------------------------------------------

check_packaging() {
  local message
  message="$(check_python 2>&1)" || problem "${message#error: }"
  [[ "${platform}" == lambda || "${platform}" == native ]] || problem "LAMBDA_PLATFORM must be lambda or native"
  [[ "${runtime}" =~ ^python3\.[0-9]+$ ]] || problem "LAMBDA_RUNTIME must be like python3.13"
  [[ "${architecture}" == arm64 || "${architecture}" == x86_64 ]] ||
    problem "LAMBDA_ARCHITECTURE must be arm64 or x86_64"
  local function
  for function in "${functions[@]}"; do
    [[ -f "${backend}/lambda/${function}.py" ]] || problem "backend/lambda/${function}.py is missing"
  done
}

check_settings() {
  local kind text
  [[ "${prefix}" =~ ^[a-z][a-z0-9-]{0,30}$ ]] ||
    problem "LINDA_PREFIX must be lower-case letters, digits and hyphens, 31 at most, a letter first"
  while IFS=$'\t' read -r kind text; do
    if [[ "${kind}" == error ]]; then problem "${text}"; else warning "${text}"; fi
  done < <("${python}" "${scripts}/lib/function_config.py" check)
  if [[ "${provision}" == true ]]; then return; fi
  if [[ -z "${LAMBDA_ROLE_ARN:-}" ]]; then
    problem "LAMBDA_ROLE_ARN is not set: name the functions' role (backend/DEPLOYMENT_NOTES.md, 2), or use --provision"
  elif [[ ! "${LAMBDA_ROLE_ARN}" =~ ^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+ ]]; then
    problem "LAMBDA_ROLE_ARN must be like arn:aws:iam::123456789012:role/linda"
  fi
}

# Below these versions the CLI ignores AWS_ENDPOINT_URL and calls the real AWS.
check_cli() {
  local version major minor
  version="$("${aws_cli}" --version 2>&1)" || {
    problem "the AWS CLI (${aws_cli}) was not found or does not start: pip install awscli, or AWS_CLI=/path/to/aws"
    return 1
  }
  [[ "${version}" =~ aws-cli/([0-9]+)\.([0-9]+) ]] || {
    problem "${aws_cli} --version does not look like the AWS CLI"
    return 1
  }
  major="${BASH_REMATCH[1]}" minor="${BASH_REMATCH[2]}"
  if ((major < 1 || (major == 1 && minor < 29) || (major == 2 && minor < 13))); then
    problem "the AWS CLI is ${major}.${minor}: below 1.29 and 2.13 it ignores AWS_ENDPOINT_URL and would reach the" \
      "real AWS instead of a local one. Install a newer one (pip install awscli) and name it: AWS_CLI=/path/to/aws"
    return 1
  fi
  if [[ -n "${AWS_ENDPOINT_URL:-}" && "${AWS_IGNORE_CONFIGURED_ENDPOINT_URLS:-}" == [Tt][Rr][Uu][Ee] ]]; then
    problem "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS makes the AWS CLI ignore AWS_ENDPOINT_URL and reach the real AWS:" \
      "unset one of the two"
    return 1
  fi
}

check_region() {
  region="${AWS_REGION:-${AWS_DEFAULT_REGION:-$("${aws_cli}" configure get region 2>/dev/null || true)}}"
  if [[ -z "${region}" ]]; then
    problem "no AWS region is set: AWS_REGION=us-east-1, or aws configure"
    return 1
  fi
  # Version 1 of the CLI reads the second name only.
  export AWS_REGION="${region}" AWS_DEFAULT_REGION="${region}"
  if [[ "${provision}" == true && "${DYNAMODB_REGION:-${region}}" != "${region}" ]]; then
    problem "the tables would be made in ${region}, but DYNAMODB_REGION sends the functions to ${DYNAMODB_REGION}:" \
      "set both to the same"
  fi
}

check_credentials() {
  account="$(run_aws sts get-caller-identity --query Account --output text 2>"${work}/error")" || {
    problem "AWS does not accept the credentials${AWS_ENDPOINT_URL:+ (or nothing answers at ${AWS_ENDPOINT_URL})}:" \
      "$(last_error)"
    return 1
  }
}

check_stacks() {
  local name status
  for name in "${prefix}-foundation" "${prefix}-api"; do
    read_stack_status "${name}" || {
      problem "the stack ${name} cannot be looked at: $(last_error)"
      continue
    }
    status="$(<"${work}/stack.${name}")"
    case "${status}" in
      ROLLBACK_COMPLETE | ROLLBACK_FAILED | CREATE_FAILED | DELETE_FAILED)
        problem "the stack ${name} is in ${status} and cannot be updated. Its tables are kept if you delete it and run" \
          "this again: ${aws_cli} cloudformation delete-stack --stack-name ${name}"
        ;;
      UPDATE_ROLLBACK_FAILED)
        problem "the stack ${name} is in ${status}: ${aws_cli} cloudformation continue-update-rollback" \
          "--stack-name ${name}"
        ;;
      REVIEW_IN_PROGRESS) ;;
      *_IN_PROGRESS) problem "the stack ${name} is in ${status}: wait until it is done and run this again" ;;
      *) ;;
    esac
  done
}

check_table() {
  local name="$1" expected="$2" keys
  read_table_keys "${name}" || {
    warning "the table ${name} cannot be looked at: $(last_error)"
    return
  }
  keys="$(<"${work}/table.${name}")"
  if [[ -z "${keys}" && "${provision}" == false ]]; then
    warning "there is no table ${name} in ${region}: --provision makes it"
  elif [[ -n "${keys}" && "${keys}" != "${expected}" ]]; then
    problem "the table ${name} exists with the key (${keys}), but LINDA's has (${expected}): name another table"
  fi
}

check_aws() {
  check_cli && check_region && check_credentials || return 0
  check_table "${lead_table}" "lead_id timestamp"
  check_table "${state_table}" "state_id"
  if [[ "${provision}" == true ]]; then check_stacks; fi
}

# --- AWS, small questions ------------------------------------------------------------------------------------

run_aws() { "${aws_cli}" "$@"; }

last_error() { tr '\n' ' ' <"${work}/error" | sed 's/^ *//; s/ *$//'; }

function_name() { printf '%s-%s' "${prefix}" "${1//_/-}"; }

# The answers of these four stay in ${work}, each asked once a run.

# NONE when there is no such stack.
read_stack_status() {
  if ! run_aws cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackStatus' --output text \
    >"${work}/stack.$1" 2>"${work}/error"; then
    grep -q 'does not exist' "${work}/error" || return 1
    printf 'NONE\n' >"${work}/stack.$1"
  fi
}

# The names of the table's keys with blanks between; empty when there is no such table.
read_table_keys() {
  local keys
  if keys="$(run_aws dynamodb describe-table --table-name "$1" --query 'Table.KeySchema[].AttributeName' \
    --output text 2>"${work}/error")"; then
    printf '%s\n' "${keys//$'\t'/ }" >"${work}/table.$1"
  else
    : >"${work}/table.$1"
    grep -q ResourceNotFoundException "${work}/error"
  fi
}

# Lines of a group's name and its retention in days, "-" for one that keeps for ever.
read_log_groups() {
  run_aws logs describe-log-groups --log-group-name-prefix "/aws/lambda/${prefix}-" --output text \
    --query "logGroups[].[logGroupName, retentionInDays || '-']" >"${work}/log_groups"
}

# Lines of a name and a value.
read_stack_outputs() {
  run_aws cloudformation describe-stacks --stack-name "$1" --output text \
    --query 'Stacks[0].Outputs[].[OutputKey, OutputValue]' >"${work}/outputs.$1"
}

stack_exists() { ! grep -Eqx 'NONE|REVIEW_IN_PROGRESS' "${work}/stack.$1"; }

stack_output() { awk -F '\t' -v key="$2" '$1 == key { print $2 }' "${work}/outputs.$1"; }

log_retention() { awk -F '\t' -v name="$1" '$1 == name { print $2 }' "${work}/log_groups"; }

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

# --- stacks --------------------------------------------------------------------------------------------------

deploy_stack() {
  local name="$1" template="$2"
  shift 2
  if [[ "${dry_run}" == true ]]; then
    if stack_exists "${name}"; then
      say "stack ${name}: would be brought to ${template##*/} (nothing happens where nothing differs)"
    else
      say "stack ${name}: would be made from ${template##*/} with $*"
    fi
    return
  fi
  say "stack ${name} ..."
  run_aws cloudformation deploy --stack-name "${name}" --template-file "${template}" --capabilities CAPABILITY_IAM \
    --no-fail-on-empty-changeset --parameter-overrides "$@" >&2 || explain_stack_failure "${name}"
}

explain_stack_failure() {
  run_aws cloudformation describe-stack-events --stack-name "$1" --output text --max-items 40 \
    --query "StackEvents[?contains(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]" >&2 || true
  die "the stack $1 was not deployed (the reasons are above, the first cause last)"
}

# What already stands there stays its owner's; asked once, when the stack is made, and kept by it from then on.
foundation_parameters() {
  printf '%s\n' "Prefix=${prefix}" "LeadTableName=${lead_table}" "StateTableName=${state_table}"
  if stack_exists "${prefix}-foundation"; then return; fi
  adopted_unless_missing CreateLeadTable "table ${lead_table}" "$(<"${work}/table.${lead_table}")"
  adopted_unless_missing CreateStateTable "table ${state_table}" "$(<"${work}/table.${state_table}")"
  local function group key
  for function in "${functions[@]}"; do
    group="/aws/lambda/$(function_name "${function}")"
    key="$(camel_case "${function}")"
    adopted_unless_missing "Create${key}Logs" "log group ${group}" "$(log_retention "${group}")"
  done
}

adopted_unless_missing() {
  local parameter="$1" what="$2" found="$3"
  [[ -n "${found}" ]] || return 0
  say "the ${what} exists already: it is used as it is and does not become part of the stack"
  printf '%s=false\n' "${parameter}"
}

camel_case() {
  case "$1" in
    dispatcher) printf 'Dispatcher' ;;
    state_manager) printf 'StateManager' ;;
    scheduler) printf 'Scheduler' ;;
    *) die "no such function: $1" ;;
  esac
}

provision_foundation() {
  local parameter parameters=()
  read_log_groups || die "the log groups cannot be looked at (see above)"
  foundation_parameters >"${work}/parameters"
  while IFS= read -r parameter; do parameters+=("${parameter}"); done <"${work}/parameters"
  deploy_stack "${prefix}-foundation" "${backend}/infra/foundation.yaml" "${parameters[@]}"
  if [[ "${dry_run}" == false ]] || stack_exists "${prefix}-foundation"; then
    read_stack_outputs "${prefix}-foundation" || die "the stack ${prefix}-foundation cannot be read (see above)"
  fi
  ensure_ttl
  adopt_leads
  local function
  for function in "${functions[@]}"; do ensure_retention "/aws/lambda/$(function_name "${function}")"; done
}

# Once for a table; what it did and could not do is said. A table that was just made has nothing to adopt, only the mark.
adopt_leads() {
  local venv
  if [[ "${dry_run}" == true ]]; then
    say "table ${lead_table}: leads of an earlier phase would take their slots, unless they did before"
    return
  fi
  venv="$(ensure_venv adopt "${scripts}/lib/requirements-adopt.txt")" || exit 1
  DYNAMODB_REGION="${region}" REPAIRS_LEAD_LOG_TABLE="${lead_table}" BRANDON_STATE_LOG_TABLE="${state_table}" \
    "${venv}/bin/python" "${scripts}/lib/adopt_leads.py" >&2 ||
    die "the leads of an earlier phase could not be looked at (see above); run this again"
}

# A table that the stack made has it from the template; one that was there before may not.
ensure_ttl() {
  local status
  status="$(run_aws dynamodb describe-time-to-live --table-name "${lead_table}" --output text \
    --query 'TimeToLiveDescription.[TimeToLiveStatus, AttributeName]' 2>"${work}/error" || true)"
  case "${status}" in
    ENABL*expires_at) return ;;
    ENABL*)
      say "warning: the table ${lead_table} expires items by another attribute than expires_at: LINDA's stay for ever"
      return
      ;;
    *) ;;
  esac
  if [[ "${dry_run}" == true ]]; then
    say "table ${lead_table}: items would expire by expires_at"
    return
  fi
  say "table ${lead_table}: items expire by expires_at ..."
  run_aws dynamodb update-time-to-live --table-name "${lead_table}" --output text --query TimeToLiveSpecification \
    --time-to-live-specification Enabled=true,AttributeName=expires_at >/dev/null ||
    die "the table ${lead_table} could not be told to expire items (see above)"
}

# A group that Lambda made for itself, before there was a stack, keeps everything.
ensure_retention() {
  local group="$1"
  [[ "$(log_retention "${group}")" == "-" ]] || return 0
  if [[ "${dry_run}" == true ]]; then
    say "log group ${group}: would be kept for 30 days"
    return
  fi
  say "log group ${group}: kept for 30 days ..."
  run_aws logs put-retention-policy --log-group-name "${group}" --retention-in-days 30 ||
    die "the log group ${group} could not be given a retention (see above)"
}

provision_api() {
  local origins
  origins="$(printf '%s' "${ALLOWED_ORIGINS:-}" | tr -s ', \t' ',')"
  deploy_stack "${prefix}-api" "${backend}/infra/api.yaml" "Prefix=${prefix}" "AllowedOrigins=${origins}"
}

# --- functions -----------------------------------------------------------------------------------------------

role_of() {
  if [[ "${provision}" == false ]]; then
    printf '%s' "${LAMBDA_ROLE_ARN}"
  elif [[ -e "${work}/outputs.${prefix}-foundation" ]]; then
    stack_output "${prefix}-foundation" "$(camel_case "$1")RoleArn"
  else
    printf 'arn:aws:iam::000000000000:role/not-made-yet'
  fi
}

# Leaves what AWS has in ${work}/FUNCTION.current.json, which holds secrets; returns 1 when there is no such function.
read_current() {
  local name="$1" file="$2"
  if run_aws lambda get-function-configuration --function-name "${name}" --output json >"${file}" 2>"${work}/error"; then
    return
  fi
  grep -q ResourceNotFoundException "${work}/error" || die "the function ${name} cannot be looked at: $(last_error)"
  return 1
}

deploy_function() {
  local function="$1" name role zip sha
  name="$(function_name "${function}")"
  role="$(role_of "${function}")"
  zip="$(package_column "${function}" 2)"
  sha="$(package_column "${function}" 4)"
  [[ -n "${role}" ]] || die "the stack ${prefix}-foundation names no role for ${name}"
  "${python}" "${scripts}/lib/function_config.py" write "${function}" --name "${name}" --role "${role}" \
    --runtime "${runtime}" --architecture "${architecture}" --directory "${work}"
  if read_current "${name}" "${work}/${function}.current.json"; then
    update_function "${function}" "${name}" "${zip}" "${sha}"
  else
    create_function "${function}" "${name}" "${zip}"
  fi
}

create_function() {
  local function="$1" name="$2" zip="$3" settings tries_left=12
  settings="$("${python}" "${scripts}/lib/function_config.py" settings "${function}")"
  if [[ "${dry_run}" == true ]]; then
    say "function ${name}: would be made with the settings ${settings:-(none)}"
    return
  fi
  say "function ${name}: new, with the settings ${settings:-(none)} ..."
  until run_aws lambda create-function --cli-input-json "file://${work}/${function}.wanted.json" \
    --zip-file "fileb://${zip}" --query FunctionArn --output text >/dev/null 2>"${work}/error"; do
    # A role is known to Lambda only some seconds after it was made.
    grep -q 'cannot be assumed' "${work}/error" || die "the function ${name} could not be made: $(last_error)"
    ((tries_left-- > 0)) || die "Lambda may not assume the role of ${name}: check who it trusts. $(last_error)"
    sleep 5
  done
  wait_for function-active-v2 "${name}"
}

update_function() {
  local function="$1" name="$2" zip="$3" sha="$4" changes change
  changes="$("${python}" "${scripts}/lib/function_config.py" compare "${work}/${function}.wanted.json" \
    "${work}/${function}.current.json" "${sha}")"
  if [[ -z "${changes}" ]]; then
    say "function ${name}: nothing to do"
    return
  fi
  while IFS= read -r change; do
    if [[ "${dry_run}" == true ]]; then
      say "function ${name}: would change ${change}"
    else
      say "function ${name}: ${change} ..."
    fi
  done <<<"${changes}"
  if [[ "${dry_run}" == false ]]; then apply_changes "${function}" "${name}" "${zip}" "${changes}"; fi
}

# Lambda refuses a second change while the first is under way, also one that an interrupted run left behind.
apply_changes() {
  local function="$1" name="$2" zip="$3" changes="$4"
  if grep -Eq '"(State|LastUpdateStatus)": *"(Pending|InProgress)"' "${work}/${function}.current.json"; then
    wait_for function-active-v2 "${name}"
    wait_for function-updated-v2 "${name}"
  fi
  if grep -qx code <<<"${changes}"; then
    run_aws lambda update-function-code --function-name "${name}" --zip-file "fileb://${zip}" \
      --architectures "${architecture}" --query CodeSha256 --output text >/dev/null ||
      die "the code of ${name} could not be updated (see above)"
    wait_for function-updated-v2 "${name}"
  fi
  if grep -qvx code <<<"${changes}"; then
    run_aws lambda update-function-configuration --query FunctionArn --output text \
      --cli-input-json "file://${work}/${function}.configuration.json" >/dev/null ||
      die "the configuration of ${name} could not be updated (see above)"
    wait_for function-updated-v2 "${name}"
  fi
}

wait_for() {
  run_aws lambda wait "$1" --function-name "$2" ||
    die "the function $2 did not become ready: ${aws_cli} lambda get-function --function-name $2 says why"
}

# --- result --------------------------------------------------------------------------------------------------

print_result() {
  local function url
  if [[ "${dry_run}" == true ]]; then
    say "Nothing was changed (--dry-run)."
  elif [[ "${provision}" == true ]]; then
    read_stack_outputs "${prefix}-api" || die "the stack ${prefix}-api cannot be read (see above)"
    url="$(stack_output "${prefix}-api" ApiUrl)"
    printf 'API_URL=%s\n' "${url}"
    printf 'TWILIO_SMS_URL=%s/twilio/sms\n' "${PUBLIC_BASE_URL:-${url}}"
    printf 'TWILIO_VOICE_URL=%s/twilio/voice\n' "${PUBLIC_BASE_URL:-${url}}"
    say "Done. Give the last two to Twilio: Phone Numbers, your number, \"A message comes in\", \"A call comes in\"."
  else
    for function in "${functions[@]}"; do printf 'FUNCTION=%s\n' "$(function_name "${function}")"; done
    say "Done."
  fi
}

deploy() {
  local function
  say "account ${account}, region ${region}${AWS_ENDPOINT_URL:+, at ${AWS_ENDPOINT_URL}}"
  make_packages
  if [[ "${provision}" == true ]]; then provision_foundation; fi
  for function in "${functions[@]}"; do deploy_function "${function}"; done
  if [[ "${provision}" == true ]]; then provision_api; fi
  print_result
}

main() {
  parse_arguments "$@"
  make_work_directory
  load_settings
  apply_defaults
  check_packaging
  if [[ "${package_only}" == true ]]; then
    report_problems
    make_packages
    cut -f 2 "${work}/packages"
    return
  fi
  check_settings
  check_aws
  report_problems
  deploy
}

main "$@"

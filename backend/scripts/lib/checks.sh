# shellcheck shell=bash
# shellcheck disable=SC2154  # the globals are deploy_lambda.sh's
# Sourced by deploy_lambda.sh: everything that is looked at before the first change.

check_python_version() {
  local message
  message="$(check_python 2>&1)" || problem "${message#error: }"
}

check_packaging() {
  [[ "${platform}" == lambda || "${platform}" == native ]] || problem "LAMBDA_PLATFORM must be lambda or native"
  [[ "${runtime}" =~ ^python3\.[0-9]+$ ]] || problem "LAMBDA_RUNTIME must be like python3.13"
  [[ "${architecture}" == arm64 || "${architecture}" == x86_64 ]] ||
    problem "LAMBDA_ARCHITECTURE must be arm64 or x86_64"
  local function
  for function in "${functions[@]}"; do
    [[ -f "${backend}/lambda/${function}.py" ]] || problem "backend/lambda/${function}.py is missing"
  done
}

check_prefix() {
  [[ "${prefix}" =~ ^[a-z][a-z0-9-]{0,30}$ ]] ||
    problem "LINDA_PREFIX must be lower-case letters, digits and hyphens, 31 at most, a letter first"
}

# check_settings [NAME...]: all of them, or whether these can be right.
check_settings() {
  local kind text
  "${python}" "${scripts}/lib/function_config.py" check "$@" >"${work}/settings" ||
    problem "the settings could not be looked at (see above)"
  while IFS=$'\t' read -r kind text; do
    if [[ "${kind}" == error ]]; then problem "${text}"; else warning "${text}"; fi
  done <"${work}/settings"
  if [[ $# == 0 && -n "${ALARM_EMAIL:-}" && ! "${ALARM_EMAIL}" =~ ^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$ ]]; then
    problem "ALARM_EMAIL is no e-mail address"
  fi
}

check_role_setting() {
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
  if [[ ! "${region}" =~ ^[a-z]{2}(-[a-z]+)+-[0-9]$ ]]; then
    problem "AWS_REGION is ${region}, which is no region: name one like us-east-1"
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
      "$(explained_error)"
    return 1
  }
  if [[ -n "${LAMBDA_ROLE_ARN:-}" && "${provision}" == false && "${LAMBDA_ROLE_ARN}" != *"::${account}:"* ]]; then
    problem "LAMBDA_ROLE_ARN belongs to another account than these credentials (${account}): Lambda cannot assume it"
  fi
}

check_stacks() {
  local name
  for name in "${prefix}-foundation" "${prefix}-api"; do check_stack "${name}"; done
}

check_stack() {
  read_stack "$1" || {
    problem "the stack $1 cannot be looked at: $(explained_error)"
    return
  }
  check_stack_owner "$1"
  check_stack_status "$1" "$(stack_status "$1")"
}

check_stack_owner() {
  stack_exists "$1" || return 0
  [[ "$(stack_prefix "$1")" == "${prefix}" ]] ||
    problem "there is a stack ${1} that is not LINDA's: another LINDA_PREFIX keeps out of its way"
}

check_stack_status() {
  local name="$1" status="$2"
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
    *_IN_PROGRESS) wait_for_stack "${name}" "${status}" ;;
    *) ;;
  esac
}

# What an interrupted run set going is waited for; a rehearsal waits for nothing.
wait_for_stack() {
  local name="$1" status="$2" waiter="stack-update-complete"
  [[ "${status}" == CREATE_* ]] && waiter="stack-create-complete"
  if [[ "${dry_run}" == false && "${status}" != *ROLLBACK* && "${status}" != DELETE_* ]]; then
    say "stack ${name}: ${status} since before; waiting ..."
    run_aws cloudformation wait "${waiter}" --stack-name "${name}" 2>"${work}/error" &&
      read_stack "${name}" && return
  fi
  problem "the stack ${name} is in ${status}: wait until it is done and run this again"
}

check_table() {
  local name="$1" expected="$2" keys
  read_table_keys "${name}" || {
    warning "the table ${name} cannot be looked at: $(explained_error)"
    return
  }
  keys="$(<"${work}/table.${name}")"
  if [[ -z "${keys}" && "${provision}" == false ]]; then
    problem "there is no table ${name} in ${DYNAMODB_REGION:-${region}}: --provision makes it"
  elif [[ -n "${keys}" && "${keys}" != "${expected}" ]]; then
    problem "the table ${name} exists with the key (${keys}), but LINDA's has (${expected}): name another table"
  fi
}

# A function of one of our names that answers to another handler is somebody else's.
check_function_owners() {
  local function name handler
  read_functions || {
    problem "the functions cannot be looked at: $(explained_error)"
    return
  }
  while IFS=$'\t' read -r name handler; do
    for function in "${functions[@]}"; do
      [[ "${name}" == "$(function_name "${function}")" && "${handler}" != "${function}.handler" ]] || continue
      problem "there is a function ${name} that is not LINDA's (its handler is ${handler}): another LINDA_PREFIX keeps" \
        "out of its way"
    done
  done <"${work}/functions"
}

check_account() { check_cli && check_region && check_credentials; }

check_aws() {
  check_account || return 0
  check_table "${lead_table}" "lead_id timestamp"
  check_table "${state_table}" "state_id"
  check_function_owners
  if [[ "${provision}" == true ]]; then
    check_stacks
  else
    read_api_stack
  fi
}

# Who deploys the functions alone need not see stacks: PUBLIC_BASE_URL tells him where they answer.
read_api_stack() {
  if read_stack "${prefix}-api"; then return; fi
  warning "the stack ${prefix}-api cannot be looked at: $(explained_error)"
  printf 'NONE\t\n' >"${work}/stack.${prefix}-api"
}

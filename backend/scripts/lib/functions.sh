# shellcheck shell=bash
# shellcheck disable=SC2154  # the globals are deploy_lambda.sh's
# Sourced by deploy_lambda.sh: the three functions, their versions, and the alias `live` that the world calls.
#
# Changes are made to $LATEST, which nobody calls; a numbered version is cut of it, and the alias is led to that version
# once it has proved itself. The alias' description is the book of that, so that any later run knows where it stands:
#
#   deploy=20261126T173005Z proved=no before=6@20261101T101500Z,5@20261020T090000Z around=0f3a5c7e9b1d
#
# deploy: the run that led it here, the same for all functions that it changed; proved: whether the public URL answered
# well since; before: the versions that were live before, newest first, each with its deploy; around, on the dispatcher's
# alone: the stacks with which the public URL has answered well (fingerprint_surroundings).

readonly kept_before=5

function_name() { printf '%s-%s' "${prefix}" "${1//_/-}"; }

role_of() {
  if [[ "${provision}" == false ]]; then
    printf '%s' "${LAMBDA_ROLE_ARN}"
  elif [[ -e "${work}/outputs.${prefix}-foundation" ]]; then
    stack_output "${prefix}-foundation" "$(camel_case "$1")RoleArn"
  else
    printf 'arn:aws:iam::000000000000:role/not-made-yet'
  fi
}

# Lines of a name and a handler, for all of this prefix.
read_functions() {
  run_aws lambda list-functions --output text \
    --query "Functions[?starts_with(FunctionName, '${prefix}-')].[FunctionName, Handler]" \
    >"${work}/functions" 2>"${work}/error"
}

function_exists() { cut -f 1 "${work}/functions" | grep -qx "$1"; }

# --- $LATEST -------------------------------------------------------------------------------------------------

# Brings a function's $LATEST to what is wanted, unless the live version is that already.
deploy_function() {
  local function="$1" name role sha
  name="$(function_name "${function}")"
  role="$(role_of "${function}")"
  sha="$(package_column "${function}" 4)"
  [[ -n "${role}" ]] || die "the stack ${prefix}-foundation names no role for ${name}"
  "${python}" "${scripts}/lib/function_config.py" write "${function}" --name "${name}" --role "${role}" \
    --runtime "${runtime}" --architecture "${architecture}" --directory "${work}"
  read_alias "${function}"
  if is_live_as_wanted "${function}" "${name}" "${sha}"; then
    alias_version "${function}" >"${work}/${function}.version"
    say "function ${name}: nothing to do"
    return
  fi
  to_move+=("${function}")
  if function_exists "${name}"; then
    read_current "${name}" "\$LATEST" "${work}/${function}.current.json" || die "the function ${name} is gone meanwhile"
    update_function "${function}" "${name}" "${sha}"
  else
    create_function "${function}" "${name}"
  fi
}

# Whether the version that the alias leads to has this code and these settings.
is_live_as_wanted() {
  local function="$1" name="$2" sha="$3"
  [[ -n "$(alias_version "${function}")" ]] || return 1
  read_current "${name}" "$(alias_version "${function}")" "${work}/${function}.live.json" || return 1
  "${python}" "${scripts}/lib/function_config.py" compare "${work}/${function}.wanted.json" \
    "${work}/${function}.live.json" "${sha}" >"${work}/${function}.changes"
  [[ ! -s "${work}/${function}.changes" ]]
}

# Leaves what AWS has of a version in a file, which holds secrets; returns 1 when there is none.
read_current() {
  local name="$1" version="$2" file="$3"
  if run_aws lambda get-function-configuration --function-name "${name}" --qualifier "${version}" --output json \
    >"${file}" 2>"${work}/error"; then
    return
  fi
  grep -q ResourceNotFoundException "${work}/error" || die "the function ${name} cannot be looked at: $(explained_error)"
  return 1
}

create_function() {
  local function="$1" name="$2" zip settings
  zip="$(package_column "${function}" 2)"
  settings="$("${python}" "${scripts}/lib/function_config.py" settings "${function}")"
  if [[ "${dry_run}" == true ]]; then
    say "function ${name}: would be made with the settings ${settings:-(none)}"
    return
  fi
  say "function ${name}: new, with the settings ${settings:-(none)} ..."
  with_patience "the function ${name} could not be made" lambda create-function \
    --cli-input-json "file://${work}/${function}.wanted.json" --zip-file "fileb://${zip}" --query State --output text
  [[ "$(<"${work}/answer")" == Active ]] || printf 'function-active-v2\n' >>"${work}/${function}.waits"
}

# with_patience "what could not be done" SERVICE COMMAND ...; leaves the answer in ${work}/answer. A role is known to Lambda
# only some seconds after it was made; and what AWS has no time for now, it may have soon.
with_patience() {
  local what="$1" tries_left=12
  local -r passing='cannot be assumed|TooManyRequests|Throttl|Rate exceeded|ServiceException|InternalFailure|timed out|timeout'
  shift
  until run_aws "$@" >"${work}/answer" 2>"${work}/error"; do
    grep -Eq "${passing}" "${work}/error" || die "${what}: $(explained_error)"
    ((tries_left-- > 0)) || die "${what}: $(explained_error)"
    sleep "${LINDA_PAUSE_SECONDS:-5}"
  done
}

update_function() {
  local function="$1" name="$2" sha="$3" changes shown change
  changes="$("${python}" "${scripts}/lib/function_config.py" compare "${work}/${function}.wanted.json" \
    "${work}/${function}.current.json" "${sha}")"
  # What differs from the live version is what the operator wants to know; an interrupted run may have done it already.
  shown="${changes}"
  if [[ -s "${work}/${function}.changes" ]]; then shown="$(<"${work}/${function}.changes")"; fi
  while IFS= read -r change; do
    [[ -n "${change}" ]] || continue
    if [[ "${dry_run}" == true ]]; then
      say "function ${name}: would change ${change}"
    else
      say "function ${name}: ${change} ..."
    fi
  done <<<"${shown}"
  if [[ "${dry_run}" == false ]]; then apply_changes "${function}" "${name}" "${changes}"; fi
}

# Lambda refuses a change, and a version, while another change is under way, also one that an interrupted run left behind.
apply_changes() {
  local function="$1" name="$2" changes="$3" zip
  zip="$(package_column "${function}" 2)"
  if grep -Eq '"(State|LastUpdateStatus)": *"(Pending|InProgress)"' "${work}/${function}.current.json"; then
    wait_for function-active-v2 "${name}"
    wait_for function-updated-v2 "${name}"
  fi
  [[ -n "${changes}" ]] || return 0
  if grep -qx code <<<"${changes}"; then
    update "${function}" "the code of ${name} could not be updated" lambda update-function-code --function-name "${name}" \
      --zip-file "fileb://${zip}" --architectures "${architecture}"
  fi
  if grep -qvx code <<<"${changes}"; then
    wait_until_ready "${function}"
    update "${function}" "the configuration of ${name} could not be updated" lambda update-function-configuration \
      --cli-input-json "file://${work}/${function}.configuration.json"
  fi
}

# The answer holds the settings, hence the query; what is not done at once is waited for before the next step.
update() {
  local function="$1" what="$2" status
  shift 2
  with_patience "${what}" "$@" --query LastUpdateStatus --output text
  status="$(<"${work}/answer")"
  [[ "${status}" == Successful ]] || printf 'function-updated-v2\n' >>"${work}/${function}.waits"
}

wait_until_ready() {
  local function="$1" waiter
  [[ -e "${work}/${function}.waits" ]] || return 0
  while IFS= read -r waiter; do wait_for "${waiter}" "$(function_name "${function}")"; done <"${work}/${function}.waits"
  rm -f -- "${work}/${function}.waits"
}

wait_for() {
  local waiter="$1" name="$2"
  shift 2
  change "the function ${name} did not become ready (${aws_cli} lambda get-function --function-name ${name} says why)" \
    lambda wait "${waiter}" --function-name "${name}" "$@"
}

# --- versions ------------------------------------------------------------------------------------------------

# Of an unchanged $LATEST AWS gives the version that was cut before, so that an interrupted run leaves no gap.
cut_version() {
  local function="$1" name sha version state
  name="$(function_name "${function}")"
  sha="$(package_column "${function}" 4)"
  if [[ "${dry_run}" == true ]]; then
    version="$(alias_version "${function}")"
    say "function ${name}: the alias live would go from ${version:-nothing} to a new version, once it is proved"
    return
  fi
  wait_until_ready "${function}"
  run_aws lambda publish-version --function-name "${name}" --code-sha256 "${sha}" --query '[Version, State]' \
    --output text >"${work}/published" 2>"${work}/error" || die "no version of ${name} could be cut: $(explained_error)"
  read -r version state <"${work}/published"
  [[ "${state}" == Active ]] || wait_for published-version-active "${name}" --qualifier "${version}"
  printf '%s\n' "${version}" >"${work}/${function}.version"
}

# --- the alias -----------------------------------------------------------------------------------------------

# Leaves the version and the description in ${work}/FUNCTION.alias; empty when there is no alias.
read_alias() {
  local function="$1" name
  name="$(function_name "${function}")"
  : >"${work}/${function}.alias"
  function_exists "${name}" || return 0
  if ! run_aws lambda get-alias --function-name "${name}" --name live --query '[FunctionVersion, Description]' \
    --output text >"${work}/${function}.alias" 2>"${work}/error"; then
    grep -q ResourceNotFoundException "${work}/error" || die "the alias of ${name} cannot be read: $(explained_error)"
    : >"${work}/${function}.alias"
  fi
}

alias_version() { cut -f 1 "${work}/$1.alias"; }

# alias_note FUNCTION NAME: a field of its description; empty when it has none.
alias_note() {
  local note notes
  read -ra notes < <(cut -f 2 "${work}/$1.alias") || true
  for note in ${notes[@]+"${notes[@]}"}; do
    if [[ "${note}" == "$2="* ]]; then printf '%s' "${note#*=}"; fi
  done
}

is_unproved() { [[ "$(alias_note "$1" proved)" == no ]]; }

# set_alias FUNCTION VERSION DEPLOY PROVED BEFORE [AROUND]; the last one is kept where it is not given.
set_alias() {
  local function="$1" version="$2" note="deploy=$3 proved=$4 before=$5" around="${6:-}" name verb=update-alias
  name="$(function_name "${function}")"
  if [[ -z "${around}" ]]; then around="$(alias_note "${function}" around)"; fi
  note+="${around:+ around=${around}}"
  if [[ ! -s "${work}/${function}.alias" ]]; then verb=create-alias; fi
  # Before the call: what has no answer may have landed, and an alias that never went is led back without harm.
  printf '%s\t%s\n' "${version}" "${note}" >"${work}/${function}.alias"
  with_patience "the alias live of ${name} could not be led to version ${version}" lambda "${verb}" \
    --function-name "${name}" --name live --function-version "${version}" --description "${note}"
}

# A version that has not proved itself is nothing to go back to: what was before it stays what is before.
move_alias() {
  local function="$1" deploy_id="$2" version before current
  version="$(<"${work}/${function}.version")"
  current="$(alias_version "${function}")"
  before="$(alias_note "${function}" before)"
  if [[ -n "${current}" && "${current}" != "${version}" ]] && ! is_unproved "${function}"; then
    before="${current}@$(alias_note "${function}" deploy)${before:+,${before}}"
  fi
  before="$(cut -d , -f "1-${kept_before}" <<<"${before}")"
  say "function $(function_name "${function}"): the alias live goes from ${current:-nothing} to version ${version}"
  set_alias "${function}" "${version}" "${deploy_id}" no "${before}"
}

# mark_proved FUNCTION [AROUND]
mark_proved() {
  set_alias "$1" "$(alias_version "$1")" "$(alias_note "$1" deploy)" yes "$(alias_note "$1" before)" "${2:-}"
}

# Returns 1 when no version is known that was live before.
go_back() {
  local function="$1" before first rest
  before="$(alias_note "${function}" before)"
  [[ -n "${before}" ]] || return 1
  first="${before%%,*}"
  rest="${before#"${first}"}"
  say "function $(function_name "${function}"): the alias live goes back from $(alias_version "${function}")" \
    "to version ${first%%@*}"
  set_alias "${function}" "${first%%@*}" "${first#*@}" yes "${rest#,}"
}

# --- concurrency ---------------------------------------------------------------------------------------------

# A share of the account's executions that nothing else can take from the texts, where there is enough to share: AWS keeps
# 100 unreserved, and a dispatcher with less than 10 would lose texts. A share that is there stays as it is.
reserve_concurrency() {
  local name reserved unreserved share
  name="$(function_name dispatcher)"
  reserved="$(run_aws lambda get-function-concurrency --function-name "${name}" --output text \
    --query ReservedConcurrentExecutions 2>"${work}/error" || true)"
  if [[ "${reserved}" =~ ^[0-9]+$ ]]; then
    if ((reserved < 10)); then say "warning: ${name} may run only ${reserved} at once; texts beyond that are lost"; fi
    return
  fi
  unreserved="$(run_aws lambda get-account-settings --output text \
    --query AccountLimit.UnreservedConcurrentExecutions 2>"${work}/error" || true)"
  if [[ ! "${unreserved}" =~ ^[0-9]+$ ]]; then
    say "warning: the account's concurrency cannot be read, so none is reserved: $(explained_error)"
    return
  fi
  share=$((unreserved - 100 < 50 ? unreserved - 100 : 50))
  if ((share < 10)); then
    say "the account leaves ${unreserved} executions at once unreserved, too few to reserve some for ${name}: going on" \
      "without (backend/DEPLOYMENT_NOTES.md, 3, says how to ask AWS for more)"
  elif [[ "${dry_run}" == true ]]; then
    say "function ${name}: ${share} executions at once would be reserved for it"
  else
    say "function ${name}: ${share} executions at once are reserved for it ..."
    run_aws lambda put-function-concurrency --function-name "${name}" --reserved-concurrent-executions "${share}" \
      >/dev/null 2>"${work}/error" || say "warning: they could not be reserved: $(explained_error)"
  fi
}

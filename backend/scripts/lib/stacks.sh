# shellcheck shell=bash
# shellcheck disable=SC2154  # the globals are deploy_lambda.sh's
# Sourced by deploy_lambda.sh: the two CloudFormation stacks, and what they cannot do themselves.

# --- looking: the answers stay in ${work} ---------------------------------------------------------------------

# Its status, and the prefix it was made for; NONE when there is no such stack.
read_stack() {
  if ! run_aws cloudformation describe-stacks --stack-name "$1" --output text \
    --query "Stacks[0].[StackStatus, Parameters[?ParameterKey=='Prefix'].ParameterValue | [0]]" >"${work}/stack.$1" 2>"${work}/error"; then
    grep -q 'does not exist' "${work}/error" || return 1
    printf 'NONE\t\n' >"${work}/stack.$1"
  fi
}

stack_status() { cut -f 1 "${work}/stack.$1"; }

stack_prefix() { cut -f 2 "${work}/stack.$1"; }

stack_exists() { ! stack_status "$1" | grep -Eqx 'NONE|REVIEW_IN_PROGRESS'; }

# Lines of a name and a value.
read_stack_outputs() {
  run_aws cloudformation describe-stacks --stack-name "$1" --output text \
    --query 'Stacks[0].Outputs[].[OutputKey, OutputValue]' >"${work}/outputs.$1"
}

stack_output() { awk -F '\t' -v key="$2" '$1 == key { print $2 }' "${work}/outputs.$1"; }

# The names of the table's keys with blanks between; empty when there is no such table.
read_table_keys() {
  local keys
  if keys="$(run_aws dynamodb describe-table --region "${DYNAMODB_REGION:-${region}}" --table-name "$1" --query 'Table.KeySchema[].AttributeName' \
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

log_retention() { awk -F '\t' -v name="$1" '$1 == name { print $2 }' "${work}/log_groups"; }

# --- changing, or saying what would change -------------------------------------------------------------------

# bring_stack NAME TEMPLATE PARAMETER=VALUE...; leaves whether there was anything to do in ${work}/changed.NAME.
bring_stack() {
  local name="$1" template="$2"
  shift 2
  write_parameters "$@" >"${work}/parameters.json"
  if [[ "${dry_run}" == true ]]; then
    plan_stack "${name}" "${template}"
  else
    deploy_stack "${name}" "${template}"
    : >"${work}/brought.${name}"
  fi
}

# A file and no argument: the alarms' e-mail address is nobody else's business.
write_parameters() {
  printf '%s\n' "$@" | "${python}" -c 'import json, sys; print(json.dumps(sys.stdin.read().splitlines()))'
}

cloudformation_deploy() {
  local name="$1" template="$2"
  shift 2
  run_aws cloudformation deploy --stack-name "${name}" --template-file "${template}" --capabilities CAPABILITY_IAM \
    --no-fail-on-empty-changeset --parameter-overrides "file://${work}/parameters.json" "$@"
}

deploy_stack() {
  local name="$1" template="$2"
  say "stack ${name} ..."
  cloudformation_deploy "${name}" "${template}" >"${work}/deploy.out" 2>"${work}/error" || explain_stack_failure "${name}"
  if grep -q 'No changes to deploy' "${work}/deploy.out" "${work}/error"; then
    say "stack ${name}: nothing to do"
    drop_empty_change_sets "${name}"
  else
    say "stack ${name}: done"
    : >"${work}/changed.${name}"
    read_stack "${name}" || die "the stack ${name} cannot be looked at: $(explained_error)"
  fi
}

# What it is before this run, for the way back.
keep_stack() {
  local why="the stack $1 cannot be read, so that it could not be put back"
  stack_exists "$1" || return 0
  run_aws cloudformation get-template --stack-name "$1" --output text --query TemplateBody \
    >"${work}/kept.$1.yaml" 2>"${work}/error" || die "${why}: $(explained_error)"
  run_aws cloudformation describe-stacks --stack-name "$1" --output text \
    --query 'Stacks[0].Parameters[].[ParameterKey, ParameterValue]' >"${work}/kept.$1" 2>"${work}/error" ||
    die "${why}: $(explained_error)"
}

# Returns 1 when this run has not changed it, or made it.
put_api_back() {
  local name="${prefix}-api" parameter value parameters=()
  [[ -e "${work}/changed.${name}" && -e "${work}/kept.${name}" ]] || return 1
  while IFS=$'\t' read -r parameter value; do parameters+=("${parameter}=${value}"); done <"${work}/kept.${name}"
  write_parameters "${parameters[@]}" >"${work}/parameters.json"
  say "stack ${name}: goes back to the template and the parameters before ..."
  sleep 1 # the CLI names a change set by the second, and the one that is undone may be as young as that
  cloudformation_deploy "${name}" "${work}/kept.${name}.yaml" >"${work}/deploy.out" 2>"${work}/error" ||
    explain_stack_failure "${name}"
}

# Roles and tables are not put back: a table that was given another name would not come back under the first one.
word_on_foundation() {
  [[ -e "${work}/changed.${prefix}-foundation" ]] || return 0
  printf '%s' "The foundation (${prefix}-foundation: roles, tables, logs) was changed and not put back: deploy the tree that" \
    " ran before with --provision."
}

explain_stack_failure() {
  say "$(explained_error)"
  run_aws cloudformation describe-stack-events --stack-name "$1" --output text \
    --query 'StackEvents[].[LogicalResourceId, ResourceType, ResourceStatus, ResourceStatusReason]' \
    2>"${work}/error" | reasons_of_failure "$1" >&2 || true
  die "the stack $1 was not deployed (the reasons are above, the first cause last)"
}

# Of events, newest first, those of the last operation that failed by themselves and were not only broken off with others.
reasons_of_failure() {
  awk -F '\t' -v stack="$1" '
    $1 == stack && $2 == "AWS::CloudFormation::Stack" && $3 ~ /^(CREATE|UPDATE|IMPORT)_IN_PROGRESS$/ { over = 1 }
    !over && $3 ~ /FAILED/ && $4 !~ /^Resource (creation|update) cancelled/ { print "  " $1 ": " $4 }
  '
}

# CloudFormation's own change set, shown and thrown away. One for a stack that is not there comes with an empty stack,
# which is thrown away too.
plan_stack() {
  local name="$1" template="$2" change_set
  # Also one that a rehearsal left behind which was killed.
  if ! stack_exists "${name}"; then rehearsed="${name}"; fi
  cloudformation_deploy "${name}" "${template}" --no-execute-changeset >"${work}/plan" 2>"${work}/error" ||
    die "the changes of the stack ${name} cannot be planned: $(explained_error)"
  if grep -q 'No changes to deploy' "${work}/plan" "${work}/error"; then
    say "stack ${name}: nothing to do"
    drop_empty_change_sets "${name}"
    return
  fi
  change_set="$(grep -Eo 'arn:[^ ]*:changeSet/[^ ]+' "${work}/plan" | head -n 1)"
  [[ -n "${change_set}" ]] || die "the AWS CLI did not name the change set of ${name}"
  say "stack ${name}: would be brought to ${template##*/} by this change set"
  show_change_set "${change_set}"
  change "the change set of ${name} could not be thrown away" cloudformation delete-change-set \
    --change-set-name "${change_set}"
  if [[ -n "${rehearsed}" ]]; then drop_empty_stack "${name}"; fi
  rehearsed=""
}

# Looked at again: somebody else may have made it meanwhile.
drop_empty_stack() {
  read_stack "$1" || die "the stack $1 cannot be looked at: $(explained_error)"
  [[ "$(stack_status "$1")" == REVIEW_IN_PROGRESS ]] || return 0
  change "the empty stack $1 could not be thrown away" cloudformation delete-stack --stack-name "$1"
}

# The CLI leaves a failed change set where it found nothing to change; a stack holds only so many.
drop_empty_change_sets() {
  local ids id
  ids="$(run_aws cloudformation list-change-sets --stack-name "$1" --output text --query \
    "Summaries[?Status=='FAILED' && starts_with(ChangeSetName, 'awscli-cloudformation-')].ChangeSetId" \
    2>"${work}/error" || true)"
  for id in ${ids//None/}; do
    change "the change set ${id} could not be thrown away" cloudformation delete-change-set --change-set-name "${id}"
  done
}

show_change_set() {
  run_aws cloudformation describe-change-set --change-set-name "$1" --output text \
    --query "Changes[].ResourceChange.[Action, LogicalResourceId, ResourceType, Replacement || '-']" \
    >"${work}/changes" || die "the change set $1 cannot be read (see above)"
  awk -F '\t' '{ printf "  %-7s %-26s %s%s\n", $1, $2, $3, ($4 == "True" ? "  (replaced)" : "") }' "${work}/changes" >&2
}

# --- foundation ----------------------------------------------------------------------------------------------

provision_foundation() {
  local parameter parameters=() function
  read_log_groups || die "the log groups cannot be looked at (see above)"
  foundation_parameters >"${work}/parameters"
  while IFS= read -r parameter; do parameters+=("${parameter}"); done <"${work}/parameters"
  bring_stack "${prefix}-foundation" "${backend}/infra/foundation.yaml" "${parameters[@]}"
  if [[ "${dry_run}" == false ]] || stack_exists "${prefix}-foundation"; then
    read_stack_outputs "${prefix}-foundation" || die "the stack ${prefix}-foundation cannot be read (see above)"
  fi
  ensure_ttl
  adopt_leads
  for function in "${functions[@]}"; do ensure_retention "/aws/lambda/$(function_name "${function}")"; done
}

# What already stands there stays its owner's; asked once, when the stack is made, and kept by it from then on.
foundation_parameters() {
  printf '%s\n' "Prefix=${prefix}" "LeadTableName=${lead_table}" "StateTableName=${state_table}"
  if stack_exists "${prefix}-foundation"; then
    renamed_tables
    return
  fi
  adopted_unless_missing CreateLeadTable "table ${lead_table}" "$(<"${work}/table.${lead_table}")"
  adopted_unless_missing CreateStateTable "table ${state_table}" "$(<"${work}/table.${state_table}")"
  local function group key
  for function in "${functions[@]}"; do
    group="/aws/lambda/$(function_name "${function}")"
    key="$(camel_case "${function}")"
    adopted_unless_missing "Create${key}Logs" "log group ${group}" "$(log_retention "${group}")"
  done
}

# Tables under other names than the stack's: what stands there is used, what does not is made. The old ones are kept.
renamed_tables() {
  local had_leads had_state
  run_aws cloudformation describe-stacks --stack-name "${prefix}-foundation" --output text --query \
    "Stacks[0].[Parameters[?ParameterKey=='LeadTableName'].ParameterValue | [0], \
    Parameters[?ParameterKey=='StateTableName'].ParameterValue | [0]]" >"${work}/table_names" ||
    die "the stack ${prefix}-foundation cannot be read (see above)"
  read -r had_leads had_state <"${work}/table_names"
  renamed_table CreateLeadTable "${lead_table}" "${had_leads}"
  renamed_table CreateStateTable "${state_table}" "${had_state}"
}

renamed_table() {
  local parameter="$1" name="$2" had="$3" keys
  if [[ "${name}" == "${had}" ]]; then return; fi
  keys="$(<"${work}/table.${name}")"
  say "table ${name}: takes the place of ${had}, which is kept"
  adopted_unless_missing "${parameter}" "table ${name}" "${keys}"
  if [[ -z "${keys}" ]]; then printf '%s=true\n' "${parameter}"; fi
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
  if ! status="$(run_aws dynamodb describe-time-to-live --table-name "${lead_table}" --output text \
    --query 'TimeToLiveDescription.[TimeToLiveStatus, AttributeName]' 2>"${work}/error")"; then
    # The table of a first rehearsal is not there yet.
    if [[ "${dry_run}" == true ]] && grep -q ResourceNotFoundException "${work}/error"; then return; fi
    say "warning: whether items of ${lead_table} expire cannot be seen, and is not changed: $(explained_error)"
    return
  fi
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
  change "the table ${lead_table} could not be told to expire items" dynamodb update-time-to-live \
    --table-name "${lead_table}" --time-to-live-specification Enabled=true,AttributeName=expires_at
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
  change "the log group ${group} could not be given a retention" logs put-retention-policy \
    --log-group-name "${group}" --retention-in-days 30
}

# --- front door ----------------------------------------------------------------------------------------------

provision_api() {
  local parameter parameters=()
  while IFS= read -r parameter; do parameters+=("${parameter}"); done < <(api_parameters)
  if [[ "${dry_run}" == false ]]; then keep_stack "${prefix}-api"; fi
  bring_stack "${prefix}-api" "${backend}/infra/api.yaml" "${parameters[@]}"
}

api_parameters() {
  local origins has_model=false
  origins="$(printf '%s' "${ALLOWED_ORIGINS:-}" | tr -s ', \t' ',')"
  # Without a key every reply is a fallback, and none of them is news.
  [[ -n "${OPENAI_API_KEY:-}" ]] && has_model=true
  printf '%s\n' "Prefix=${prefix}" "AllowedOrigins=${origins}" "AlarmEmail=${ALARM_EMAIL:-}" "HasModel=${has_model}"
}

# Both templates and what they are given, without what the foundation decides once, when it is made; and the address that
# leads to them.
fingerprint_surroundings() {
  {
    cat -- "${backend}/infra/foundation.yaml" "${backend}/infra/api.yaml"
    printf '%s\n' "${lead_table}" "${state_table}" "${PUBLIC_BASE_URL:-}"
    api_parameters
  } | "${python}" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:12])'
}

# Where the world reaches the functions; empty when nothing leads there yet.
public_url() {
  if stack_exists "${prefix}-api"; then
    read_stack_outputs "${prefix}-api" || die "the stack ${prefix}-api cannot be read (see above)"
    stack_output "${prefix}-api" ApiUrl
  else
    printf '%s' "${PUBLIC_BASE_URL:-}"
  fi
}

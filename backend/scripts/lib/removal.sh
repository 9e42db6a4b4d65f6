# shellcheck shell=bash
# shellcheck disable=SC2154  # the globals are deploy_lambda.sh's
# Sourced by deploy_lambda.sh: removing what it made, in the opposite order; killed half-way, it is run again.

destroy() {
  local function stack table made=()
  for stack in "${prefix}-foundation" "${prefix}-api" "${prefix}-web"; do
    read_stack "${stack}" || die "the stack ${stack} cannot be looked at: $(explained_error)"
    check_stack_owner "${stack}"
  done
  check_function_owners
  report_problems
  if [[ "${with_tables}" == true ]]; then
    while IFS= read -r table; do made+=("${table}"); done < <(tables_made)
  fi
  confirm_destroying ${made[@]+"${made[@]}"}
  destroy_web
  destroy_stack "${prefix}-api"
  for function in "${functions[@]}"; do destroy_function "$(function_name "${function}")"; done
  for table in ${made[@]+"${made[@]}"}; do destroy_table "${table}"; done
  destroy_stack "${prefix}-foundation"
  say "Done. The packages in backend/.local and the number's URLs at Twilio are left (--twilio-restore)."
}

# The tag is the foundation's, and stays with a table that outlived its stack; what stood there before has none.
tables_made() {
  local table arn tag
  for table in "${lead_table}" "${state_table}"; do
    arn="$(run_aws dynamodb describe-table --table-name "${table}" --query Table.TableArn --output text \
      2>"${work}/error")" || continue
    tag="$(run_aws dynamodb list-tags-of-resource --resource-arn "${arn}" --output text \
      --query "Tags[?Key=='linda'].Value" 2>"${work}/error" || true)"
    if [[ "${tag}" == "${prefix}" ]]; then
      printf '%s\n' "${table}"
    else
      say "the table ${table} was not made by a deploy with the prefix ${prefix}: it stays"
    fi
  done
}

confirm_destroying() {
  local typed function table
  say "This removes, in account ${account}, region ${region}:"
  say "  the stacks ${prefix}-api (API, alarms, schedule) and ${prefix}-foundation (roles, logs)"
  if [[ "$(stack_status "${prefix}-web")" != NONE ]]; then say "  the stack ${prefix}-web (bucket and CloudFront of the pages)"; fi
  for function in "${functions[@]}"; do say "  the function $(function_name "${function}") with all its versions"; done
  for table in "$@"; do say "  the table ${table} WITH EVERYTHING IN IT"; done
  if (($# == 0)); then say "  and no table"; fi
  say "Type the prefix (${prefix}) to go on:"
  IFS= read -r typed || true
  [[ "${typed}" == "${prefix}" ]] || die "that is not ${prefix}. Nothing was changed."
}

destroy_stack() {
  local name="$1"
  [[ "$(stack_status "${name}")" != NONE ]] || return 0
  say "stack ${name}: is removed ..."
  change "the stack ${name} could not be removed" cloudformation delete-stack --stack-name "${name}"
  change "the stack ${name} could not be removed" cloudformation wait stack-delete-complete --stack-name "${name}"
}

destroy_function() {
  say "function $1: is removed ..."
  run_aws lambda delete-function --function-name "$1" >/dev/null 2>"${work}/error" ||
    grep -q ResourceNotFoundException "${work}/error" || die "the function $1 could not be removed: $(explained_error)"
}

destroy_table() {
  say "table $1: is removed ..."
  change "the table $1 could not be unprotected" dynamodb update-table --table-name "$1" \
    --no-deletion-protection-enabled
  change "the table $1 is still busy" dynamodb wait table-exists --table-name "$1"
  change "the table $1 could not be removed" dynamodb delete-table --table-name "$1"
  change "the table $1 could not be removed" dynamodb wait table-not-exists --table-name "$1"
}

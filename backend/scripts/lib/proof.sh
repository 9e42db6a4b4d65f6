# shellcheck shell=bash
# shellcheck disable=SC2154  # the globals are deploy_lambda.sh's
# Sourced by deploy_lambda.sh: the functions are asked, and what they answer is judged (proof.py knows what is right).

# prove_versions QUALIFIER_OF: each function is invoked at the version that `QUALIFIER_OF FUNCTION` names.
# Returns 1 and leaves the names of what failed in ${failed[@]}.
prove_versions() {
  local qualifier_of="$1" function check title version
  local until_seconds=$((SECONDS + ${LINDA_PROOF_SECONDS:-30}))
  failed=()
  write_events
  while IFS=$'\t' read -r function check title; do
    version="$("${qualifier_of}" "${function}")"
    prove_one "${function}" "${version}" "${check}" "${title}" || failed+=("${title}")
  done <"${work}/checks"
  version="$("${qualifier_of}" dispatcher)"
  until text_is_stored; do
    if ((SECONDS >= until_seconds)); then
      text_is_lost
      break
    fi
    # The role may not be in force everywhere yet, and a text that was answered is not asked again: another one.
    sleep 2
    write_events
    invoke_and_judge "$(function_name dispatcher)" "${version}" signed_text || true
  done
  ((${#failed[@]} == 0))
}

write_events() {
  "${python}" "${scripts}/lib/proof.py" events "${work}" >"${work}/checks" || die "the proof could not be prepared (see above)"
}

version_to_prove() { cat "${work}/$1.version"; }

# What AWS has only just made may not be known everywhere yet, so a wrong answer is given some time to get right.
prove_one() {
  local function="$1" version="$2" check="$3" title="$4" name until_seconds status
  name="$(function_name "${function}")"
  until_seconds=$((SECONDS + ${LINDA_PROOF_SECONDS:-30}))
  while true; do
    status=0
    invoke_and_judge "${name}" "${version}" "${check}" || status=$?
    if ((status == 0)); then
      say "  ok      ${name}:${version}  ${title}"
      return
    fi
    if ((status == 2 || SECONDS >= until_seconds)); then
      say "  FAILED  ${name}:${version}  ${title}: $(<"${work}/verdict")"
      return 1
    fi
    sleep 2
  done
}

# An alias that has just gone elsewhere may be answered by the version before for a moment: that is not what is to be proved.
await_alias() {
  local function="$1" name version check answered until_seconds=$((SECONDS + ${LINDA_PROOF_SECONDS:-30}))
  name="$(function_name "${function}")"
  version="$(alias_version "${function}")"
  check="$(awk -F '\t' -v function_="${function}" '$1 == function_ { print $2; exit }' "${work}/checks")"
  until answered="$(executed_version "${name}" "${check}")" && [[ "${answered}" == "${version}" ]]; do
    ((SECONDS < until_seconds)) || die "${name}:live leads to version ${version} and is answered by ${answered:-nobody}"
    sleep 2
  done
}

executed_version() {
  run_aws lambda invoke --function-name "$1" --qualifier live --output text --query ExecutedVersion \
    --payload "fileb://${work}/$2.event" "${work}/$2.answer" 2>"${work}/error"
}

# 0 when the answer is right, 1 when another try may be right, 2 when it will not.
invoke_and_judge() {
  local name="$1" version="$2" check="$3"
  rm -f -- "${work}/${check}.answer"
  run_aws lambda invoke --function-name "${name}" --qualifier "${version}" --output json \
    --payload "fileb://${work}/${check}.event" "${work}/${check}.answer" >"${work}/${check}.call" 2>"${work}/error" || {
    explained_error >"${work}/verdict"
    return 1
  }
  "${python}" "${scripts}/lib/proof.py" judge "${work}" "${check}" >"${work}/verdict"
}

# The dispatcher answers a STOP word even when no table can be reached; what it did is in the book, or it did not do it.
text_is_stored() {
  local answer title="the text is stored in ${lead_table}"
  answer="$(run_aws dynamodb get-item --table-name "${lead_table}" --key "file://${work}/text.key" --consistent-read \
    --region "${DYNAMODB_REGION:-${region}}" --query 'Item.answer.S' --output text 2>"${work}/error")" || {
    if ! grep -q ResourceNotFoundException "${work}/error"; then
      say "  warning ${title}: cannot be looked at: $(explained_error)"
      return 0
    fi
  }
  [[ "${answer}" == *"<Response"* ]] || return 1
  say "  ok      ${title}"
}

text_is_lost() {
  local title="the text is stored in ${lead_table}"
  say "  FAILED  ${title}: it is not there"
  failed+=("${title}")
}

# prove_public URL: the same through the address that Twilio and the pages use.
prove_public() {
  local url="$1" outcome title why
  failed=()
  "${python}" "${scripts}/lib/proof.py" url "${url}" "${work}" --seconds "${LINDA_PROOF_SECONDS:-30}" \
    >"${work}/public" || failed+=("the proof through ${url} could be made (see above)")
  while IFS=$'\t' read -r outcome title why; do
    if [[ "${outcome}" == ok ]]; then
      say "  ok      ${url}  ${title}"
    else
      say "  FAILED  ${url}  ${title}: ${why}"
      failed+=("${title}")
    fi
  done <"${work}/public"
  text_is_stored || text_is_lost
  ((${#failed[@]} == 0))
}

failed_checks() {
  local IFS=';'
  printf '%s' "${failed[*]}" | sed 's/;/; /g'
}

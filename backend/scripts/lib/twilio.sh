# shellcheck shell=bash
# shellcheck disable=SC2154  # the globals are deploy_lambda.sh's
# Sourced by deploy_lambda.sh: the number's URLs at Twilio (twilio_number.py asks and sets).

check_twilio() {
  local name
  for name in TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN TWILIO_PHONE_NUMBER; do
    [[ -n "${!name:-}" ]] || problem "${name} is not set: Twilio is asked about the number with it"
  done
  check_settings TWILIO_ACCOUNT_SID TWILIO_PHONE_NUMBER OWNER_PHONE_NUMBER PUBLIC_BASE_URL
  if [[ "${action}" == twilio-restore || -n "${PUBLIC_BASE_URL:-}" ]]; then return; fi
  check_account || return 0
  read_stack "${prefix}-api" || problem "the stack ${prefix}-api cannot be looked at: $(explained_error)"
}

connect_twilio() {
  local url typed
  if [[ "${action}" == twilio-restore ]]; then
    "${python}" "${scripts}/lib/twilio_number.py" restore "${twilio_backup}"
    return
  fi
  url="${PUBLIC_BASE_URL:-}"
  if [[ -z "${url}" ]]; then url="$(public_url)"; fi
  [[ -n "${url}" ]] || die "nothing is deployed under the prefix ${prefix} that Twilio could call: deploy with --provision"
  "${python}" "${scripts}/lib/twilio_number.py" show "${url}" >&2
  if [[ "${dry_run}" == true ]]; then
    say "Nothing was changed (--dry-run)."
    return
  fi
  say "Type yes to set them:"
  IFS= read -r typed || true
  [[ "${typed}" == yes ]] || die "not set. Nothing was changed."
  "${python}" "${scripts}/lib/twilio_number.py" set "${url}" \
    "${backend}/.local/twilio/${TWILIO_PHONE_NUMBER#+}-$(date -u +%Y%m%dT%H%M%SZ).json"
}

# shellcheck shell=bash
# shellcheck disable=SC2154  # the globals are deploy_lambda.sh's
# Sourced by deploy_lambda.sh: what it says, and what it makes of an AWS CLI that fails.

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

# Standard input is no terminal's: a question of the CLI's would wait unseen.
run_aws() { "${aws_cli}" "$@" </dev/null; }

# For what changes something and answers nothing that is wanted: `change "what could not be done" SERVICE COMMAND ...`.
change() {
  local what="$1"
  shift
  run_aws "$@" >/dev/null 2>"${work}/error" || die "${what}: $(explained_error)"
}

# AWS repeats settings that are too long, values included.
last_error() { tr '\n' ' ' <"${work}/error" | sed 's/String measured:.*//; s/^ *//; s/ *$//'; }

# The CLI's last error, and what to do about it where that is known.
explained_error() {
  local error advice=""
  error="$(last_error)"
  case "${error}" in
    *ExpiredToken* | *RequestExpired* | *"has expired"* | *"Token is expired"*)
      advice="The credentials have expired: sign in again (aws sso login, or new keys), then run this again."
      ;;
    *InvalidClientTokenId* | *UnrecognizedClient* | *SignatureDoesNotMatch* | *AuthFailure*)
      advice="AWS does not know these credentials: look at AWS_PROFILE or the keys (aws configure list)."
      ;;
    *"Unable to locate credentials"* | *NoCredentials* | *"could not be found"*profile* | *"config profile"*)
      advice="There are no credentials: aws configure, aws sso login, or AWS_PROFILE=name."
      ;;
    *AccessDenied* | *"not authorized to perform"* | *UnauthorizedOperation*)
      advice="These credentials may not do that$(denied_action "${error}"): whoever manages the account can allow it."
      ;;
    *"Could not connect to the endpoint"* | *"Could not resolve"* | *"Invalid endpoint"* | *"supported format"*)
      advice="Nothing answers there: is AWS_REGION=${AWS_REGION:-} a region, spelt right${AWS_ENDPOINT_URL:+, and does the \
local AWS run at ${AWS_ENDPOINT_URL}}?"
      ;;
    *"cannot be assumed"*)
      advice="The role has to trust lambda.amazonaws.com (backend/DEPLOYMENT_NOTES.md, 2)."
      ;;
    *RequestEntityTooLarge* | *"Unzipped size must be smaller"* | *CodeStorageExceeded*)
      advice="Lambda takes 50 MB zipped, 250 MB unzipped, and 75 GB of all versions in a region: see what grew \
(unzip -lv), or delete old versions (backend/DEPLOYMENT_NOTES.md, 7)."
      ;;
    *TooManyRequests* | *Throttling* | *"Rate exceeded"*) advice="AWS asks for patience: run this again in a minute." ;;
    *) ;;
  esac
  printf '%s%s' "${error}" "${advice:+ -- ${advice}}"
}

# What these credentials lack, as AWS names it: " (lambda:CreateFunction on arn:...)".
denied_action() {
  local what=""
  if [[ "$1" =~ (not\ authorized\ to\ perform|for\ action):\ ([A-Za-z0-9-]+:[A-Za-z0-9*]+) ]]; then what="${BASH_REMATCH[2]}"; fi
  if [[ -n "${what}" && "$1" =~ on\ resource:\ ([^ ]+) ]]; then what+=" on ${BASH_REMATCH[1]}"; fi
  if [[ -n "${what}" ]]; then printf ' (%s)' "${what}"; fi
}

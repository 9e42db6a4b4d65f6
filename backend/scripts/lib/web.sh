# shellcheck shell=bash
# shellcheck disable=SC2154  # the globals are deploy_lambda.sh's
# Sourced by deploy_lambda.sh: the pages, behind CloudFront or in a folder for another host (web_files.py says which).

# They change under their own names: whoever has one asks each time whether it is still that.
readonly web_cache_control="no-cache"

check_web() {
  check_settings PUBLIC_BASE_URL ALLOWED_ORIGINS
  # A folder needs AWS only to learn the API's address.
  if [[ -n "${web_folder}" && -n "${PUBLIC_BASE_URL:-}" ]]; then return; fi
  check_account || return 0
  read_stack "${prefix}-api" || problem "the stack ${prefix}-api cannot be looked at: $(explained_error)"
  if [[ -z "${web_folder}" ]]; then check_stack "${prefix}-web"; fi
}

# Where the pages find LINDA.
api_address() {
  local url="${PUBLIC_BASE_URL:-}"
  if [[ -z "${url}" ]]; then url="$(public_url)"; fi
  [[ -n "${url}" ]] || die "nothing is deployed under the prefix ${prefix} that pages could call: deploy with --provision"
  printf '%s' "${url}"
}

write_pages() {
  "${python}" "${scripts}/lib/web_files.py" write "$1" "$2" || die "the pages could not be written (see above)"
}

web_files() {
  write_pages "$(api_address)" "${web_folder}"
  say "The pages are in ${web_folder}: book.html is the customers', cockpit.html Brandon's. Serve them by HTTPS, with the" \
    "headers of backend/infra/web.yaml, and put their origin into ALLOWED_ORIGINS."
}

web() {
  local url stack="${prefix}-web" pages_url origins="${ALLOWED_ORIGINS:-}"
  say "account ${account}, region ${region}${AWS_ENDPOINT_URL:+, at ${AWS_ENDPOINT_URL}}"
  url="$(api_address)"
  write_pages "${url}" "${work}/web"
  bring_stack "${stack}" "${backend}/infra/web.yaml" "Prefix=${prefix}" "ApiUrl=${url}"
  if [[ "${dry_run}" == false ]] || stack_exists "${stack}"; then
    read_stack_outputs "${stack}" || die "the stack ${stack} cannot be read (see above)"
    put_pages "$(stack_output "${stack}" BucketName)"
  else
    say "all pages would be put there"
  fi
  if [[ "${dry_run}" == true ]]; then
    say "Nothing was changed (--dry-run)."
    return
  fi
  pages_url="$(stack_output "${stack}" PagesUrl)"
  printf 'BOOKING_PAGE_URL=%s/book.html\n' "${pages_url}"
  printf 'COCKPIT_URL=%s/cockpit.html\n' "${pages_url}"
  if [[ " ${origins//,/ } " != *" ${pages_url} "* ]]; then
    say "warning: the API does not answer these pages yet: put ${pages_url} into ALLOWED_ORIGINS and deploy with --provision"
  fi
  say "Done. CloudFront needs some minutes for a first time."
}

# Only what differs; a second run puts nothing.
put_pages() {
  local bucket="$1" verb name kind
  list_pages "${bucket}"
  "${python}" "${scripts}/lib/web_files.py" changes "${work}/web" <"${work}/listed" >"${work}/page_changes" ||
    die "what the bucket ${bucket} has cannot be compared (see above)"
  if [[ ! -s "${work}/page_changes" ]]; then say "pages: nothing to do"; fi
  while IFS=$'\t' read -r verb name kind; do
    if [[ "${dry_run}" == true ]]; then
      say "page file ${name}: would be ${verb}"
    elif [[ "${verb}" == put ]]; then
      say "page file ${name} ..."
      change "${name} could not be put into the bucket ${bucket}" s3api put-object --bucket "${bucket}" --key "${name}" \
        --body "${work}/web/${name}" --content-type "${kind}" --cache-control "${web_cache_control}"
    else
      say "page file ${name}: dropped ..."
      change "${name} could not be dropped from the bucket ${bucket}" s3api delete-object --bucket "${bucket}" --key "${name}"
    fi
  done <"${work}/page_changes"
}

# Lines of a name and an ETag.
list_pages() {
  run_aws s3api list-objects-v2 --bucket "$1" --output text --query 'Contents[].[Key, ETag]' \
    >"${work}/listed" 2>"${work}/error" || die "the bucket $1 cannot be listed: $(explained_error)"
}

# The bucket holds what the repository holds, so that it goes with its stack.
destroy_web() {
  local stack="${prefix}-web" bucket name
  [[ "$(stack_status "${stack}")" != NONE ]] || return 0
  read_stack_outputs "${stack}" || die "the stack ${stack} cannot be read (see above)"
  bucket="$(stack_output "${stack}" BucketName)"
  if [[ -n "${bucket}" ]]; then
    if ! run_aws s3api head-bucket --bucket "${bucket}" >"${work}/listed" 2>"${work}/error"; then
      grep -Eq '404|NoSuchBucket' "${work}/error" || die "the bucket ${bucket} cannot be looked at: $(explained_error)"
      : >"${work}/listed"
    else
      list_pages "${bucket}"
    fi
    while IFS=$'\t' read -r name _; do
      if [[ "${name}" == None ]]; then continue; fi
      change "${name} could not be dropped from the bucket ${bucket}" s3api delete-object --bucket "${bucket}" --key "${name}"
    done <"${work}/listed"
  fi
  destroy_stack "${stack}"
}

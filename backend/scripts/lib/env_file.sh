# shellcheck shell=bash
# Sourced: `load_env_file FILE NAME...` exports those of the names that the file sets and the environment does not.
#
# The file is read line by line and never run. A line is NAME=value, NAME="value" (with \" and \\), NAME='value', or
# `export NAME=value`; a # begins a comment at the start of a line, and after a blank behind a value. An empty value
# counts as not set, in the file and in the environment. Prints a line for each malformed line, without its content,
# and returns 1 if there was one.

env_name=""
env_value=""

# Returns 0 with env_name and env_value, 1 for an empty line or a comment, 2 for anything else.
parse_env_line() {
  local line="$1" rest
  local -r double='^"(([^"\\]|\\.)*)"[[:space:]]*(#.*)?$' single="^'([^']*)'[[:space:]]*(#.*)?\$"
  [[ "${line}" =~ ^[[:space:]]*(#.*)?$ ]] && return 1
  [[ "${line}" =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)[[:space:]]*=[[:space:]]*(.*)$ ]] || return 2
  env_name="${BASH_REMATCH[2]}"
  rest="${BASH_REMATCH[3]}"
  if [[ "${rest}" =~ ${double} ]]; then
    env_value="${BASH_REMATCH[1]//\\\"/\"}"
    env_value="${env_value//\\\\/\\}"
  elif [[ "${rest}" =~ ${single} ]]; then
    env_value="${BASH_REMATCH[1]}"
  elif [[ "${rest}" == [\"\']* ]]; then
    return 2
  else
    env_value="${rest%%[[:space:]]#*}"
    [[ "${env_value}" == \#* ]] && env_value=""
    env_value="${env_value%"${env_value##*[![:space:]]}"}"
  fi
}

load_env_file() {
  local file="$1" line number=0 status=0 parsed
  shift
  local -r names=" $* "
  while IFS= read -r line || [[ -n "${line}" ]]; do
    number=$((number + 1))
    parsed=0
    parse_env_line "${line%$'\r'}" || parsed=$?
    if ((parsed == 2)); then
      printf '%s line %d is not NAME=value, or a quote is not closed\n' "${file}" "${number}"
      status=1
    elif ((parsed == 0)) && [[ "${names}" == *" ${env_name} "* && -n "${env_value}" && -z "${!env_name:-}" ]]; then
      export "${env_name}=${env_value}"
    fi
  done <"${file}"
  return "${status}"
}

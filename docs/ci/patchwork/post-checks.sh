#!/usr/bin/env bash
# Posts mmreview's verdict on each patch of a series as a Patchwork check.
#
#   mmreview --format patchwork THREAD | post-checks.sh
#
# PATCHWORK is the server (https://patchwork.example.org), PROJECT the project's name there, TOKEN_FILE holds the API
# token of a user who may edit the project's patches, TARGET_URL (if set) is where the whole report can be read.
# Patchwork has no checks of a series, so each patch has its own; a later check of the same context takes the place of an
# earlier one. Exit code 1 when a check could not be posted.
set -u
failed=0
header=$(mktemp)
trap 'rm -f "$header"' EXIT
# In a file, because the arguments of a process can be seen by others.
printf 'Authorization: Token %s\n' "$(cat "$TOKEN_FILE")" > "$header"

while IFS= read -r check; do
  msgid=$(jq --raw-output .msgid <<< "$check")
  query=$(jq --raw-output --null-input --arg id "$msgid" --arg project "$PROJECT" '"msgid=\($id | @uri)&project=\($project | @uri)"')
  id=$(curl --silent --fail --max-time 60 --retry 3 "$PATCHWORK/api/1.3/patches/?$query" | jq '.[0].id // empty')
  if [ -z "$id" ]; then
    echo "no patch <$msgid> in $PROJECT" >&2
    failed=1
    continue
  fi
  body=$(jq --arg url "${TARGET_URL:-}" '{state, context, description} + (if $url == "" then {} else {target_url: $url[:200]} end)' <<< "$check")
  if ! curl --silent --fail --max-time 60 --retry 3 --output /dev/null --header "@$header" --header 'Content-Type: application/json' --data "$body" "$PATCHWORK/api/1.3/patches/$id/checks/"; then
    echo "the check of <$msgid> could not be posted" >&2
    failed=1
  fi
done
exit $failed

#!/usr/bin/env bash
# Posts a report as the one comment of this bot on a pull request: edits the comment if there is one already, and
# makes none for a first report without findings. Needs gh(1), and REPOSITORY (owner/name) and NUMBER in the environment.
#
#   sticky-comment.sh comment.md
set -u
report=$1
if [ ! -e "$report" ]; then
  exit 0
fi
# The report's first line is a hidden marker, by which the comment is found again; only a bot's comment is edited.
marker=$(head -n 1 "$report")
filter='[.[] | select(.user.type == "Bot" and (.body | startswith($marker)))][0].id // empty'
comments=$(gh api --paginate "repos/$REPOSITORY/issues/$NUMBER/comments") || exit 0
id=$(printf '%s' "$comments" | jq --slurp --raw-output --arg marker "$marker" "add // [] | $filter")

if [ -n "$id" ]; then
  jq --null-input --rawfile body "$report" '{body: $body}' | gh api --method PATCH "repos/$REPOSITORY/issues/comments/$id" --input - > /dev/null
elif grep -q '^#### ' "$report"; then
  jq --null-input --rawfile body "$report" '{body: $body}' | gh api --method POST "repos/$REPOSITORY/issues/$NUMBER/comments" --input - > /dev/null
fi || echo "::notice title=mmreview::the comment could not be posted"
exit 0

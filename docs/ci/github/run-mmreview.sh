#!/usr/bin/env bash
# Reviews commits of the kernel tree in the current directory; runs on a developer's machine as it does in CI.
#
#   run-mmreview.sh RANGE FOLDER
#
# Annotations go to standard output, the reports to FOLDER. Exit code: 1 for confirmed errors; 2 when mmreview is called
# wrongly; 0 otherwise, also when mmreview itself fails or cannot read the commits, which is then said: a submitter
# cannot help that. MMREVIEW is the command to run, BASELINE a file of known findings that does not come from the commits.
set -u
range=$1
folder=$2
mkdir -p "$folder" || exit 2

# The tree is a stranger's: its own settings don't count, and neither do waivers in its commits.
words=(--tree . --no-config --no-waivers --no-progress --fail-on confirmed --format github)
words+=(--also "json=$folder/report.json" --also "markdown=$folder/comment.md" --also "sarif=$folder/mmreview.sarif" --also "html=$folder/report.html")
if [ -n "${BASELINE:-}" ]; then
  words+=(--baseline "$BASELINE")
fi
${MMREVIEW:-mmreview} "${words[@]}" "$range"
status=$?

if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -e "$folder/comment.md" ]; then
  cat "$folder/comment.md" >> "$GITHUB_STEP_SUMMARY"
fi
case $status in
  0 | 1 | 2) exit "$status" ;;
  *)
    echo "::warning title=mmreview::mmreview did not review this (exit code $status)"
    exit 0
    ;;
esac

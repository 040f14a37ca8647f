#!/bin/sh
# A recorded run for the README: a developer sends a series that has a confirmed error, and the hook holds it back. In a
# repository of its own, with a mail program that would only write a file.
set -e
git send-email --git-completion-helper > /dev/null 2>&1 || exit 77
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work" GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
unset XDG_CONFIG_HOME
mmreview() { "${NODE:-node}" "$top/bin/mmreview.js" "$@"; }

git config --global user.name 'Robin Castell'
git config --global user.email robin.castell@example.org
git init --quiet --initial-branch=main "$work/linux"
cd "$work/linux"
git commit --quiet --allow-empty -m base
printf '#!/bin/sh\ncat >> "%s/sent"\n' "$work" > "$work/sendmail"
chmod +x "$work/sendmail"
git config sendemail.smtpServer "$work/sendmail"

{
  echo '$ mmreview hook install'
  mmreview hook install
  echo '$ git send-email --to=linux-mm@example.org 0001-mm-lazyfill.patch'
  cp "$top/fixtures/mail/lazyfill.eml" 0001-mm-lazyfill.patch
  git send-email --quiet --confirm=never --to=linux-mm@example.org 0001-mm-lazyfill.patch || true
  [ -e "$work/sent" ] || echo '(nothing was sent)'
} 2>&1 | sed -e "s|$work/linux/||g" -e "s|$work|~|g"

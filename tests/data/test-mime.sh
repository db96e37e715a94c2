#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# test-mime.sh MIME.xml: the desktop's own compiler takes the MIME type, and keeps glob and magic.
command -v update-mime-database >/dev/null || {
  echo "SKIP: no update-mime-database here: apt-get install shared-mime-info"
  exit 77
}
base=$(mktemp -d) || exit 99
trap 'rm -rf "$base"' EXIT
mkdir "$base/packages" && cp "$1" "$base/packages/" || exit 99
update-mime-database "$base" || exit 1
grep -q ':application/vnd.mien.project:\*.mien$' "$base/globs2" || {
  echo "no glob for *.mien in globs2"
  exit 1
}
grep -aq '^\[70:application/vnd.mien.project\]' "$base/magic" || {
  echo "no magic for the project type"
  exit 1
}
grep -aq '>68=.*MIEN' "$base/magic" || {
  echo "the magic does not look at byte 68"
  exit 1
}

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# validate.sh PACKAGE TOOL ARGUMENT...: runs a validator; where it is not installed, skips and says what
# would bring it. With QUIET=1 a word on the output is a failure too, for tools that only warn.
package=$1
tool=$2
shift 2
if ! command -v "$tool" >/dev/null; then
  echo "SKIP: no $tool here: apt-get install $package"
  exit 77
fi
if [ -z "${QUIET:-}" ]; then
  exec "$tool" "$@"
fi
words=$("$tool" "$@" 2>&1 >/dev/null) || exit 1
[ -z "$words" ] && exit 0
echo "$words"
exit 1

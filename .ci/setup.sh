# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What ./run and ./check share: the packages, how to install those that are missing, how to build.
# Sourced with the root of the checkout as the current folder.
# shellcheck disable=SC2034

# A compiler, the libraries, and what makes icons show.
build_packages=(
  gcc libc6-dev pkg-config meson gettext
  libgtk-4-dev libadwaita-1-dev libjson-glib-dev libsqlite3-dev libcairo2-dev
  libjpeg62-turbo-dev libpng-dev zlib1g-dev
  libxml2-utils librsvg2-common
)

# A screen, a desktop and its fonts for the tests of the window; validators; the formatter.
test_packages=(
  xvfb xauth xfwm4 dbus-daemon at-spi2-core gir1.2-atspi-2.0 python3-gi libxtst6
  fonts-cantarell fonts-vlgothic
  desktop-file-utils appstream shared-mime-info man-db clang-format-14
  python3
)

say () {
  printf '%s\n' "$*"
}

fail () {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# The packages of the arguments that are not installed, one a line.
missing_packages () {
  comm -13 \
    <(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^ii  *//p' | sort -u) \
    <(printf '%s\n' "$@" | sort -u)
}

is_debian () {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null \
    && grep -Eq '^(ID|ID_LIKE)=.*debian' /etc/os-release 2>/dev/null
}

apt () {
  local root=()

  if [ "$(id -u)" -ne 0 ]; then
    root=(sudo)
  fi
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
    apt-get -o DPkg::Lock::Timeout=300 -q "$@"
}

# Whether apt knows where to get all of the arguments.
apt_knows () {
  local package

  for package in "$@"; do
    LC_ALL=C.UTF-8 apt-cache policy "$package" 2>/dev/null | grep -q '^  Candidate: [^(]' || return 1
  done
}

# Installs what is missing of the arguments, and says so before.
need_packages () {
  local missing

  if ! is_debian; then
    say "This script can install what Mien needs on Debian 12 only. Elsewhere, install what these"
    say "Debian packages hold, then build with meson (see HACKING.md):"
    printf '%s ' "$@" | fold -s -w 90 | sed 's/^/  /'
    say
    exit 1
  fi

  mapfile -t missing < <(missing_packages "$@")
  if [ "${#missing[@]}" -eq 0 ]; then
    return
  fi

  say "Mien needs these Debian packages, which are not installed yet:"
  printf '%s ' "${missing[@]}" | fold -s -w 90 | sed 's/^/  /'
  say
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    fail "neither root nor sudo: as root, run: apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "Installing them with apt-get."
  if ! apt_knows "${missing[@]}"; then
    apt update || fail "apt-get update failed: see above; is there a network?"
  fi
  # Package lists that are too old name files that are gone: look again, once.
  apt install -y --no-install-recommends "${missing[@]}" \
    || { apt update && apt install -y --no-install-recommends "${missing[@]}"; } \
    || fail "apt-get could not install: ${missing[*]}"
}

# build FOLDER MESON-OPTION...: configures once, compiles what changed.
build () {
  local folder=$1 quiet=--quiet
  shift

  # A checkout that was moved or copied is still configured for where it was.
  if [ -e "$folder" ] \
    && ! grep -qF "\"source\": \"$PWD\"" "$folder/meson-info/meson-info.json" 2>/dev/null; then
    rm -rf "$folder"
  fi
  if [ ! -e "$folder/build.ninja" ]; then
    say "Building Mien in $folder/, which takes a few minutes the first time."
    meson setup "$folder" "$@" || fail "meson could not configure $folder/: see above"
    quiet=
  fi
  ninja $quiet -C "$folder" || fail "the build in $folder/ failed: see above"
}

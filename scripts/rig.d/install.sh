#!/usr/bin/env bash
# Installs Debian packages as root without starting their services, now or at the next boot; scripts/rig install runs it.
# Packages that were installed before stay as they are.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# Debian's mechanism to keep a package from starting its service: invoke-rc.d(8).
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

apt=(apt-get --quiet --quiet --option DPkg::Lock::Timeout=300)
"${apt[@]}" update </dev/null
"${apt[@]}" install --yes --no-install-recommends "$@" </dev/null

if command -v systemctl >/dev/null; then
    for package in "$@"; do
        case $package in
            dovecot-imapd) systemctl disable --quiet dovecot.service dovecot.socket || true ;;
            postfix | postgresql) systemctl disable --quiet "$package.service" || true ;;
        esac
    done
fi

#!/bin/sh
# Installs what the interop suites meet: ministack, moto, the AWS CLI, cfn-lint and Microsoft's management clients into
# build/interop-venv, at the exact versions of test/interop/requirements.txt, and Azurite into build/azurite (360 MB, so no
# dependency of the project).
# Does nothing where that is there already.
# HEADWATER_PYTHON names the Python to use (3.10 or newer; default python3).
set -eu
cd "$(dirname "$0")/.."

# OpenSSH's server, where the system lets us install it.
if [ ! -x /usr/sbin/sshd ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get install -y -qq openssh-server >/dev/null || { apt-get update -qq && apt-get install -y -qq openssh-server >/dev/null; }
fi

venv=build/interop-venv
wanted=test/interop/requirements.txt
python=${HEADWATER_PYTHON:-python3}
azurite=build/azurite
azurite_version=3.37.0

if [ -x "$venv/bin/python" ] && cmp -s "$wanted" "$venv/installed.txt"; then
  echo "interop programs are in $venv"
else
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    echo "interop-setup: $python is older than Python 3.10; name another in HEADWATER_PYTHON" >&2
    exit 1
  }
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
  cp "$wanted" "$venv/installed.txt"
  echo "interop programs are in $venv"
fi

if [ "$(cat "$azurite/installed.txt" 2>/dev/null || true)" = "$azurite_version" ]; then
  echo "Azurite is in $azurite"
else
  rm -rf "$azurite"
  mkdir -p "$azurite"
  # A package of its own, so that npm does not take the project's for it. Its scripts are not needed.
  echo '{"private":true}' >"$azurite/package.json"
  npm install --prefix "$azurite" --no-audit --no-fund --ignore-scripts --loglevel=error "azurite@$azurite_version"
  echo "$azurite_version" >"$azurite/installed.txt"
  echo "Azurite is in $azurite"
fi

# A real sshd is a package of the system; without the right to install one, its suite says that it is missing.
if [ -x /usr/sbin/sshd ] || command -v sshd >/dev/null 2>&1; then
  echo "sshd is there"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssh-server >/dev/null
  echo "sshd is installed"
else
  echo "interop-setup: no sshd; install openssh-server, or name one in HEADWATER_SSHD" >&2
fi

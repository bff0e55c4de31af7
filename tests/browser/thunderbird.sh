#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# thunderbird.sh AT CA ADDRESS PASSWORD FOLDER: a real Thunderbird on a screen that is not there, with a new
# profile, is given an address and a password (thunderbird.js); every name is found at AT, and the
# certificate authority CA is trusted. Prints what it found and read as JSON. Its program folder is copied
# to FOLDER: only a program's own folder may hold a configuration of the administrator.
set -eu
at=$1 ca=$2 address=$3 password=$4 folder=$5
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$folder"
mkdir -p "$folder/home" "$folder/profile" "$folder/program"
for part in /usr/lib/thunderbird/*; do # links to other places become copies; one leads nowhere
    [ ! -e "$part" ] || cp -rL "$part" "$folder/program/"
done
cat >"$folder/program/defaults/pref/autoconfig.js" <<END
// the first line is not read
pref("general.config.filename", "run.cfg");
pref("general.config.obscure_value", 0);
pref("general.config.sandbox_enabled", false);
END
sed -e "s|@ADDRESS@|$address|; s|@PASSWORD@|$password|; s|@CA@|$(grep -v -e '-----' "$ca" | tr -d '\n')|" \
    "$here/thunderbird.js" >"$folder/program/run.cfg"
cat >"$folder/profile/user.js" <<END
user_pref("network.dns.forceResolve", "$at");
user_pref("network.trr.mode", 5);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("mail.rights.version", 1);
user_pref("devtools.console.stdout.chrome", true);
END
screen=97
while [ -e "/tmp/.X$screen-lock" ]; do screen=$((screen + 1)); done
Xvfb ":$screen" -screen 0 1024x768x24 -nolisten tcp >"$folder/xvfb.log" 2>&1 &
xvfb=$!
trap 'kill $xvfb 2>/dev/null || true' EXIT
HOME=$folder/home DISPLAY=:$screen MOZ_CRASHREPORTER_DISABLE=1 timeout 100 \
    "$folder/program/thunderbird-bin" --no-remote --profile "$folder/profile" >"$folder/log" 2>&1 || {
    tail -n 20 "$folder/log" >&2
    exit 1
}
cat "$folder/profile/result.json"

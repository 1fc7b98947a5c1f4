#!/bin/sh
# Facts about this machine for a check-up. Reads only; what is missing or not allowed is said, not an error.
say() { printf '\n== %s\n' "$1"; }
try() { # title command...
  say "$1"
  shift
  if command -v "$1" >/dev/null 2>&1; then "$@" 2>&1 | head -60; else echo "($1 is not installed)"; fi
}

say "system"
uname -srm
[ -r /etc/os-release ] && grep -E '^(PRETTY_NAME|VERSION_ID)=' /etc/os-release
echo "user: $(id -un) (uid $(id -u))"

try "listening sockets" ss -H -ltnu
try "disks" df -h -x tmpfs -x devtmpfs
try "inodes" df -i -x tmpfs -x devtmpfs
try "memory" free -h
try "uptime" uptime

say "firewall"
if command -v ufw >/dev/null 2>&1; then ufw status verbose 2>&1 | head -30
elif command -v nft >/dev/null 2>&1; then nft list ruleset 2>&1 | head -40
elif command -v iptables >/dev/null 2>&1; then iptables -S 2>&1 | head -40
else echo "(no firewall program found)"; fi

say "ssh server"
if command -v sshd >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  sshd -T 2>&1 | grep -Ei '^(port|listenaddress|permitrootlogin|passwordauthentication|kbdinteractiveauthentication|pubkeyauthentication|maxauthtries|allowusers|allowgroups) '
elif [ -r /etc/ssh/sshd_config ]; then
  grep -Ehi '^ *(port|listenaddress|permitrootlogin|passwordauthentication|pubkeyauthentication) ' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null || echo "(defaults)"
else echo "(no ssh server)"; fi

say "updates"
if command -v apt-get >/dev/null 2>&1; then
  echo "upgradable: $(apt-get -s -o Debug::NoLocking=true upgrade 2>/dev/null | grep -c '^Inst')"
  echo "of these security: $(apt-get -s -o Debug::NoLocking=true upgrade 2>/dev/null | grep '^Inst' | grep -ci security)"
  [ -f /var/run/reboot-required ] && echo "a restart is due" || echo "no restart is due"
  [ -f /etc/apt/apt.conf.d/20auto-upgrades ] && cat /etc/apt/apt.conf.d/20auto-upgrades || echo "unattended upgrades: not set up"
else echo "(no apt on this system)"; fi

try "failed services" systemctl --failed --no-legend
try "last logins" last -n 10
say "done"

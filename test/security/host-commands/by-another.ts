/** Ways to have a listed program, a wrapper or the shell itself run something else. */
export const BY_ANOTHER = `
env -S "sh -c id"
env LD_PRELOAD=./x.so ls
tar cf x.tar notes.txt --checkpoint=1 --checkpoint-action=exec=id
tar tf x.tar --to-command=id
tar -I id -tf x.tar
find . -name notes.txt -exec id ;
find . -execdir id ;
find . -ok id ;
find . -delete
find . -fprint planted
xargs -a notes.txt id
git -c core.pager=id status
git -c alias.status=!id status
git --exec-path=. status
git -C /tmp status
git --git-dir=evil status
git status --porcelain
git status -- x
git fetch --upload-pack=id
git ls-remote --upload-pack=id x
git grep -O id x
ssh -o ProxyCommand=id host uptime
ssh host uptime -o ProxyCommand=id
rsync -e id a b
rsync a b --rsh=id
awk "BEGIN{system()}"
awk -f evil.awk
sed -n 1eid notes.txt
sed -n 1wplanted notes.txt
sed -f evil.sed notes.txt
vim -c :q notes.txt
make -f - test
make --eval=x test
make test SHELL=./x
make -C evil test
npm exec id
npm run test --script-shell=./x
npm run test --prefix evil
npx id
python3 -m http.server
python3 -c id
python3 report.py -c id
python3 -i report.py
busybox sh
nice ls
nohup ls
timeout 5 ls
stdbuf -o0 ls
setsid ls
unshare ls
chroot / ls
sudo ls
doas ls
su -c ls
watch ls
parallel ls
script -c ls
strace ls
gdb -ex "shell id"
perl -e id
zip -T -TT id a.zip notes.txt
less notes.txt
man ls
curl -K evil.conf
curl -o planted http://x
wget --use-askpass=id http://x
dd if=notes.txt of=planted
tee planted
install -m 755 notes.txt planted
install --strip-program=id -s notes.txt planted
ln -s /etc/passwd planted
crontab evil
at -f evil now
systemd-run id
docker run -v /:/x alpine id
eval id
source notes.txt
. notes.txt
exec id
command id
builtin id
trap id EXIT
bind -x id
enable -f ./x.so x
alias ls=id
set -x
cd /tmp && ls
ls <(id)
ls >(id)
ls > planted
ls <<X
ls$IFS-la
ls \${IFS}-la
{ls,-la}
ls {a,b}
ls; sh -c id
ls & id
ls && git -c core.pager=id status
ls | sh
ls \`id\`
ls $(id)
ls ~root
ls *
LD_PRELOAD=./x.so ls
PATH=. ls
GIT_SSH_COMMAND=id git fetch
BASH_ENV=./x ls
NODE_OPTIONS=--require=./x.js node app.js
PYTHONSTARTUP=./x.py python3 report.py
ls+=x ls
/proc/self/root/bin/ls
/usr/../proc/self/root/bin/ls
/dev/fd/../root/bin/ls
./ls
ls@
LS
ｌｓ
split --filter=id notes.txt
sort --compress-program=id notes.txt
sort -S 1b --comp id notes.txt
setarch -R ls
socat EXEC:id -
ip netns exec x ls
pip install .
uv run x
sqlite3 x.db ".shell id"
m4 evil.m4
dc -e "!id"
ldconfig -X
/lib64/ld-linux-x86-64.so.2 ./x
`
  .trim()
  .split('\n')
  .concat("ls 'a\nid'", 'ls "a\nid"', 'ls \\\nid', 'ls\nid', 'ls\rid', 'ls\0id');

/** What a line means to a shell and to nobody who reads it as a program with arguments; each would change what `ls` is, or does. */
export const BY_THE_SHELL = `
printf -v PATH . ; ls
printf -v PATH . && ls -la
ls; printf -vPATH . ; ls
printf -- x; ls
export PATH=. ; ls
export -n PATH; ls
declare -x PATH=. ; ls
typeset -x PATH=. ; ls
readonly PATH=. ; ls
read PATH; ls
echo . | read PATH; ls
mapfile PATH; ls
readarray -t PATH; ls
getopts x PATH; ls
let PATH=1; ls
((PATH=1)); ls
: \${PATH:=.}; ls
: \${PATH=.}; ls
unset PATH; ls
hash -p ./ls ls; ls
shopt -s expand_aliases; ls
set -- id; ls
ls \${x:=-la}
ls \${x:-$(id)}
ls $((1))
ls $[1]
ls $HOME
\${x:=id}
$0
"$0"
exec -a ls id
env -S "ls -la"
env -i ls
command -p ls
command -v ls
builtin echo ls
time ls
time -p ls
coproc ls
! ls
if ls; then id; fi
while ls; do id; done
for x in ls; do id; done
case ls in ls) id;; esac
select x in ls; do id; done
function ls { id; }; ls
ls() { id; }; ls
ls () ( id )
alias ls=id; ls
unalias ls; ls
[[ -n ls ]]
cat <<X
cat <<'X'
cat <<<id
cat <(id)
cat >(id)
ls |& sh
ls 2>planted
ls 2>&1
ls &>planted
ls >|planted
ls <>planted
ls {fd}>planted
{ ls; id; }
( ls )
l?
l*
/bin/l?
/usr/bin/[l]s
/usr/bin/{ls,id}
/usr/bin/l{s,s}
{ls,}
@(ls|id)
~/ls
~root/ls
~+/ls
$'ls'
$'\\x6c\\x73'
$"ls"
l\\s
\\ls
"l"s\\ 
ls \\-la
ls "\\-la"
ls "$(id)"
ls "!!"
ls !$
ls -la #id
ls -la;;
ls -la &
ls -la &&
ls -la ||
ls -la |
; ls
&& ls
| ls
find . -name $'x'
find . -name {x,-delete}
tar tf {a,--to-command=id}
tar tf $'--to-command=id'
tar tf "--to-command=id"
tar tf '--to-command=id'
tar tf --to-comm''and=id
tar tf -"-to-command=id"
sort --compress-prog"ram=id"
sort -"-output=planted"
git grep -"Oid" x
git ls-remote "--upload-pack=id"
zip "-TTid" a
curl -"K" evil.conf
`
  .trim()
  .split('\n')
  .concat(
    // Ends of lines, characters that are not seen, and those that look like others.
    ...[
      'ls\r\n',
      'ls -la\r',
      'ls -la\r\nid',
      'ls -la\n',
      '\nls',
      'ls \\\n-la',
      'l\\\ns',
      'ls \\\r\nid',
      'ls\0',
      'l\0s',
    ],
    ...['ls\u2028id', 'ls\u2029id', 'ls\u0085id', 'ls\u00a0-la', 'ls\u3000-la', 'l\u200bs', 'ls\u200d', '\ufeffls'],
    ...[
      '\u2066ls\u2069',
      'ls \u202eal-',
      'l\u0455',
      '\u217cs',
      'ｌｓ',
      'ls\u0301',
      'l\u00ads',
      'ls\ufe0f',
      '\u{1d4f5}s',
    ],
    ...['ls\v-la', 'ls\f-la', 'ls\b', 'ls\u007f', 'ls \u2010la', 'ls \u2212la', 'l\u017f', 'tar tf \ud800'],
  );

/** Where a line stands: what is run, what is said, what is hidden from readers. */
export type LineKind = 'code' | 'prose' | 'comment';

export type Severity = 'danger' | 'warning';

export interface ScanRule {
  id: string;
  severity: Severity;
  /** In which lines it is looked for. */
  in: readonly LineKind[];
  pattern: RegExp;
  /** What it means, for people. */
  says: string;
  /** A line that also fits this warns against the thing, and is no finding. */
  unless?: RegExp;
  /** A line whose addresses all lead to these hosts is no finding. */
  vouched?: readonly string[];
}

const CODE = ['code'] as const;
const SAID = ['prose', 'comment'] as const;
const ALL = ['code', 'prose', 'comment'] as const;

const SHELL = '(?:sudo\\s+)?(?:/\\S*/)?(?:ba|z|da|k|fi)?sh\\b';
const INTERPRETER = `(?:${SHELL}|(?:sudo\\s+)?(?:/\\S*/)?(?:python[\\d.]*|node|perl|ruby|php|osascript|pwsh)\\b)`;
const FETCH = '(?:curl|wget|fetch|aria2c|http)\\b';
/** Warns of something instead of asking for it. Counts in sentences only: a comment behind a command warns nobody. */
export const NEGATED =
  /\b(never|don't|do not|avoid|refuse|instead of|not to|must not|no need to|warn(s|ing)? (of|about|against)|detects?|looks? for|flags?|such as|for example a|examples? of)\b/i;

const RULES: readonly ScanRule[] = [
  {
    id: 'pipe-to-shell',
    severity: 'danger',
    in: ALL,
    pattern: new RegExp(`\\b${FETCH}[^\\n|;]*\\|(?:[^\\n|]*\\|)?\\s*${INTERPRETER}`, 'i'),
    unless: NEGATED,
    says: 'runs what comes from the net without anybody seeing it',
  },
  {
    id: 'pipe-to-shell',
    severity: 'danger',
    in: ALL,
    pattern: new RegExp(
      `(?:${INTERPRETER}\\s+(?:-\\w+\\s+)?|\\beval\\s+|\\bsource\\s+|(?:^|\\s)\\.\\s+)["']?(?:<\\(|\\$\\(|\`)\\s*${FETCH}`,
      'i',
    ),
    unless: NEGATED,
    says: 'runs what comes from the net without anybody seeing it',
  },
  {
    id: 'pipe-to-shell',
    severity: 'danger',
    in: ALL,
    pattern:
      /\b(iex|invoke-expression)\b.*\b(iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring)\b|downloadstring\(.*\|\s*iex/i,
    unless: NEGATED,
    says: 'runs what comes from the net without anybody seeing it',
  },
  {
    id: 'pipe-to-shell',
    severity: 'danger',
    in: CODE,
    pattern:
      /\b(exec|eval|compile)\s*\(.*\b(urlopen|requests\.get|httpx\.get|fetch|urllib)\b|\bnew Function\(.*\b(fetch|http)/i,
    says: 'runs what comes from the net without anybody seeing it',
  },
  {
    id: 'download-and-run',
    severity: 'danger',
    in: CODE,
    pattern:
      /\b(curl|wget)\b[^\n]*?(?:-\w*[oO]|--output|>)\s*(\S+)[^\n]*(?:&&|;|\|\|)[^\n]*(?:chmod\s+\S*[x7]\S*|(?:ba|z)?sh|python\d?|node)\s+\S*/i,
    says: 'fetches a program and starts it',
  },
  {
    id: 'download-and-run',
    severity: 'danger',
    in: SAID,
    pattern:
      /\b(download|get|fetch|install)\b.{0,120}\b(\S+\.(exe|dmg|pkg|msi|scr|bat|apk)\b|(password|passwort)[- ]?(protected|:)|extract.{0,30}(password|pass:))/i,
    unless: /\b(never|don't|do not|avoid|refuse)\b/i,
    says: 'has people fetch and start a program by hand',
  },
  {
    id: 'password-archive',
    severity: 'danger',
    in: ALL,
    pattern:
      /\bunzip\s+(-\w+\s+)*-P\s*\S+|\b7z\s+x\b.*\s-p\S+|\b[Aa]rchive password\b|\b([Zz]ip|ZIP|[Aa]rchive)\b.{0,40}\b[Pp]assword\b.{0,20}[:=]/,
    unless: /\b(ask|prompt)\b/i,
    says: 'unpacks an archive that scanners cannot read',
  },
  {
    id: 'encoded-blob',
    severity: 'danger',
    in: ALL,
    pattern: new RegExp(
      `\\bbase64\\s+(?:-d|-D|--decode)\\b[^\\n]*\\|\\s*${INTERPRETER}|\\bxxd\\s+-r\\b[^\\n]*\\|\\s*${INTERPRETER}`,
      'i',
    ),
    unless: NEGATED,
    says: 'runs something that it hides in an encoding',
  },
  {
    id: 'encoded-blob',
    severity: 'danger',
    in: CODE,
    pattern:
      /\b(exec|eval|Function|system|popen|spawn)\b\s*\(?.{0,60}(b64decode|atob|frombase64string|fromcharcode|codecs\.decode|bytes\.fromhex|unhexlify|zlib\.decompress|Buffer\.from\([^)]*(base64|hex))/i,
    says: 'runs something that it hides in an encoding',
  },
  {
    id: 'encoded-blob',
    severity: 'danger',
    in: ALL,
    pattern:
      /(?<![\w/+;,=-])(?=[A-Za-z0-9+/]*[0-9+/])(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*[a-z])[A-Za-z0-9+/]{120,}={0,2}|(\\x[0-9a-f]{2}){16,}|(\\u[0-9a-f]{4}){16,}|(\b0x[0-9a-f]{2},\s*){24,}/i,
    unless: /data:(image|font|audio)\/|"?integrity"?:\s*"sha/i,
    says: 'holds a long encoded text that nobody can read',
  },
  {
    id: 'encoded-blob',
    severity: 'danger',
    in: CODE,
    pattern: /powershell(\.exe)?\s+.*-e(nc|ncodedcommand)?\s+[A-Za-z0-9+/=]{20,}/i,
    says: 'runs something that it hides in an encoding',
  },
  {
    id: 'obfuscation',
    severity: 'danger',
    in: CODE,
    pattern:
      /\$\{IFS\}|\b\w*(''|"")\w+(''|"")?\w*\s+-|\bc['"]{2}url\b|\b(cu\\rl|ba\\sh|w\\get)\b|\|\s*rev\s*\|\s*(ba)?sh|\b(getattr|globals|__import__)\s*\(\s*['"][^'"]*['"]\s*\+|\bwindow\[['"]ev['"]|\$\(\s*(echo|printf)\b[^)]*\|\s*(rev|tr|base64)|\btr\s+['"]A-Za-z['"]\s+['"]N-ZA-Mn-za-m['"][^|\n]*\|\s*(ba)?sh|eval\s+["']?\$\w+\$\w+/i,
    says: 'writes a command so that it is not recognised',
  },
  {
    id: 'credential-path',
    severity: 'danger',
    in: CODE,
    pattern:
      /(~|\$HOME|\$\{HOME\}|\/(root|home\/\w+|Users\/\w+)|expanduser\(['"]~|homedir\(\)[^;\n]{0,20})[/'",\s]*(\.ssh\/(id_|\*|config|authorized|$|\s|['"])|\.ssh\b|\.aws\b|\.gnupg|\.netrc|\.git-credentials|\.npmrc|\.pypirc|\.docker\/config|\.kube\b|\.config\/(gcloud|gh\/hosts|op)|\.openclaw\b|\.clawdbot|\.claude\.json|\.codex\/auth|\.bash_history|\.zsh_history|\.password-store|\.electrum|\.bitcoin|\.ethereum|Library\/(Keychains|Application Support\/(Google\/Chrome|Firefox|Exodus|Electrum))|\.mozilla|\.config\/google-chrome)/i,
    says: 'reads where keys and passwords are kept',
  },
  {
    id: 'credential-path',
    severity: 'danger',
    in: CODE,
    pattern:
      /\/etc\/(shadow|sudoers)|\bsecurity\s+(find-(generic|internet)-password|dump-keychain)|\b(exec-approvals|auth-profiles|secrets)\.json\b|\/proc\/(self|\d+|\*|1)\/environ|169\.254\.169\.254|metadata\.google\.internal|Login Data\b|\bcookies\.sqlite\b|\bkey4\.db\b|\bwallet\.dat\b|\bseed[-_ ]?phrase\b/i,
    says: 'reads where keys and passwords are kept',
  },
  {
    id: 'credential-path',
    severity: 'danger',
    in: SAID,
    pattern:
      /\b(read|cat|open|copy|send|upload|include|print|show|collect|post|attach|paste|give|fetch|load|gather)\b.{0,80}(\.ssh\/|\.aws\/|\.gnupg|\.netrc|\.openclaw\b|openclaw\.json|id_rsa|id_ed25519|keychain|wallet|seed phrase|private keys?\b|all environment variables|api keys? (and|or) tokens?|\bhis passwords?|saved passwords?|browser cookies)/i,
    unless: /\b(never|don't|do not|avoid|refuse|not be|must not|browser cookies (are|of|from|in) |without)\b/i,
    says: 'asks for keys or passwords',
  },
  {
    id: 'exfiltration',
    severity: 'danger',
    in: CODE,
    pattern:
      /\b(curl|wget|http|nc|ncat)\b[^\n]*(\$\(|`)\s*(env|printenv|set|whoami|hostname|id|cat|base64|tar|uname|history|pass|op|security)\b|\b(env|printenv|set)\b\s*(\||>)[^\n]*\b(curl|wget|nc)\b|\b(cat|tar|zip|find|grep)\b[^\n]*\|\s*(base64[^\n]*\|\s*)?(curl|nc|ncat|wget|openssl s_client)\b|\b(JSON\.stringify|dict|str|json\.dumps|urlencode)\(\s*(process\.env|os\.environ)|\.\.\.process\.env|os\.environ\.(items|copy)\(\)[^\n]*(post|send|urlopen)/i,
    says: 'sends facts of this machine somewhere',
  },
  {
    id: 'exfiltration',
    severity: 'danger',
    in: ALL,
    pattern:
      /\b(webhook\.site|requestbin|pipedream\.net|ngrok(-free)?\.(io|app|dev)|pastebin\.com|transfer\.sh|file\.io|0x0\.st|hookbin|burpcollaborator|oast\.(fun|pro|live|me)|interact\.sh|beeceptor|canarytokens|glot\.io|rentry\.co|anonfiles|gofile\.io|discord(app)?\.com\/api\/webhooks\/\d+)\b/i,
    unless: NEGATED,
    says: 'names a place where such things are usually sent to or fetched from',
  },
  {
    id: 'exfiltration',
    severity: 'danger',
    in: SAID,
    pattern:
      /\b(send|post|upload|forward|transmit|exfiltrate|append|attach|include|copy|add|encode|put)\b.{0,100}\b(conversation|chat history|transcript|memory\.md|user\.md|messages?|contacts|environment|credentials?|tokens?|system prompt|secrets?|workspace|results?)\b.{0,80}\b(to|into|in|at|as|with)\b.{0,30}(https?:\/\/|query (string|parameter)|our (server|endpoint|api)|the (server|endpoint|collector|url)|remote|telemetry|pixel)/i,
    unless: /\b(never|don't|do not|avoid|refuse)\b/i,
    says: 'has the assistant send what is private',
  },
  {
    id: 'reverse-shell',
    severity: 'danger',
    in: ALL,
    pattern:
      /\/dev\/(tcp|udp)\/|\b(nc|ncat|netcat)\b[^\n]*\s(-[a-z]*[ec]|--exec|--sh-exec)\b|\bmkfifo\b[^\n]*\b(nc|ncat|telnet)\b|\bsocat\b[^\n]*\bexec:|pty\.spawn|os\.dup2\(|\bbash\s+-i\s*(>&|<)|\bsh\s+-i\s*(>&|<)|subprocess[^\n]*\/bin\/(ba)?sh[^\n]*-i/i,
    unless: NEGATED,
    says: 'lets somebody else in',
  },
  {
    id: 'prompt-injection',
    severity: 'danger',
    in: ALL,
    pattern:
      /\b(ignore|disregard|forget|override|drop)\b.{0,30}\b(all|any|every|the|your|these|previous|prior|earlier|above|former|other|safety|system)\b.{0,30}\b(instructions?|rules?|prompts?|guidelines|directions|polic(y|ies)|safeguards|restrictions|context)\b/i,
    unless:
      /\b(phrases?|texts?|strings?|sentences?|wording|attempts?|attacks?|pages?|mails?) (such as|like|that|which|telling|asking|saying)\b|\blike\s+["'“]|\bsuch as\s+["'“]|e\.g\.\s*["'“]|\bif (a|any|the) (page|mail|file|text|document|source)\b/i,
    says: 'tries to take over the assistant',
  },
  {
    id: 'prompt-injection',
    severity: 'danger',
    in: ALL,
    pattern:
      /\b(do not|don't|never|without|avoid)\b[ -]{0,3}(tell(ing)?|inform(ing)?|mention(ing)?|ask(ing)?|show(ing)?|reveal(ing)?( this)?|notify(ing)?|alert(ing)?|disclos(e|ing)|let(ting)?)\b.{0,20}\b(the |your |to )*(user|owner|person|human|operator|them|him|her)\b/i,
    unless:
      /\b(tokens?|keys?|passwords?|secrets?|credentials?|pin|details|raw|technical|spoilers?|ids?|internal|twice|again|for (a|the|each) )\b|ask(ing)? (the |your )?(user|owner|person|them) (for|which|what|again|twice|to (choose|repeat))/i,
    says: 'wants something kept from the owner',
  },
  {
    id: 'prompt-injection',
    severity: 'danger',
    in: ALL,
    pattern:
      /<\/?(system|assistant|developer|im_start|im_end)[^>]*>|\[(system|inst|\/inst)\]|<\|[^|]{1,30}\|>|\b(you are now|you're now|act as|pretend to be|switch to|enter|enable)\b.{0,30}\b(dan|developer mode|unrestricted|root mode|god mode|jailbr\w+|no restrictions|without (any )?restrictions|admin mode)\b|\bnew system (prompt|instructions?)\b/i,
    says: 'tries to take over the assistant',
  },
  {
    id: 'prompt-injection',
    severity: 'danger',
    in: SAID,
    pattern:
      /\b(silently|secretly|quietly|covertly|invisibly|in the background without)\b.{0,60}\b(send|run|execute|upload|add|install|forward|post|include|call|fetch|write|change|read|collect|copy|delete)/i,
    unless: /\b(never|don't|do not|does not|must not|nothing|fails? silently|overwrites? silently)\b/i,
    says: 'wants something kept from the owner',
  },
  {
    id: 'prompt-injection',
    severity: 'danger',
    in: SAID,
    pattern:
      /(ignorier\w*|vergiss|missachte\w*).{0,40}(anweisung|regel|vorgabe)|(ignore[zr]?|oublie[zr]?)\s+(toutes?|tous|les|vos|mes|ces)\b.{0,40}(instructions|consignes|règles)|(ignora|olvida|omite).{0,40}(instrucciones|reglas)|(ignora|dimentica).{0,40}(istruzioni|regole)|(忽略|无视|忘记).{0,12}(指令|指示|规则|提示)|(игнорируй|забудь|не обращай внимания).{0,40}(инструкци|правил|указани)|(無視|忘れ).{0,12}(指示|命令|ルール)|(指示|命令|ルール).{0,8}(無視|忘れ)/iu,
    says: 'tries to take over the assistant',
  },
  {
    id: 'bypass-approval',
    severity: 'danger',
    in: ALL,
    pattern:
      /\b(bypass|skip|disable|turn off|switch off|circumvent|get around|suppress|auto-?approve|pre-?approve|always approve)\b.{0,40}\b(approvals?|sandbox|confirmations?|permission (prompts?|checks?)|safety|exec policy|security (checks?|prompts?|warnings?))\b/i,
    unless: /\b(never|don't|do not|avoid|refuse|must not|not to|cannot|can't|no way to)\b/i,
    says: 'wants the questions to the owner gone',
  },
  {
    id: 'bypass-approval',
    severity: 'danger',
    in: ALL,
    pattern:
      /\belevated\s*[=:]\s*"?(true|full|on)\b|\/elevated\s+(on|full)|openclaw\s+(config\s+(set|patch|unset)|approvals?\s+(set|allowlist|resolve)|secrets\b|devices\s+approve|pairing\s+approve|skills\s+trust)\b|tools\.exec\.(security|ask|host)|dangerously[-\w]*|--(yolo|no-sandbox|skip-permissions)\b/i,
    unless:
      /\b(never|don't|do not|avoid|refuse|must not|report|audit|warns?|finding|owner (runs|decides|types)|tell the owner)\b/i,
    says: 'changes what the assistant may do',
  },
  {
    id: 'persistence',
    severity: 'danger',
    in: CODE,
    pattern:
      /(>>?|tee(\s+-a)?|sed\s+-i[^\n]*|cp\s+\S+|write_text|writeFileSync|appendFileSync|open\()\s*\(?['"]?(~|\$HOME|\$\{HOME\}|\/root|\/home\/\w+|\/etc|os\.path\.expanduser\(['"]~)\/?[^\n'"]*(\.bashrc|\.bash_profile|\.zshrc|\.profile|authorized_keys|crontab|cron\.\w+|systemd|LaunchAgents|LaunchDaemons|ld\.so\.preload|sudoers|\.gitconfig|autostart)|\bcrontab\s+-(?![le])|\(\s*crontab\s+-l[^\n]*\|\s*crontab\b|systemctl\s+(--user\s+)?enable\b|launchctl\s+(load|bootstrap)|\.git\/hooks\//i,
    unless: /\bsystemctl (--user )?enable (ufw|fail2ban|unattended-upgrades|nftables)\b/i,
    says: 'makes itself stay',
  },
  {
    id: 'prompt-files',
    severity: 'danger',
    in: ALL,
    pattern:
      /(>>?|tee\s+(-a\s+)?|append\b.{0,120}\bto|add\b.{0,60}\bto|writ(e|ing)\b.{0,120}\b(in)?to|overwrite|replace|put\b.{0,40}\binto|edit|modify|insert\b.{0,40}\binto)\s+(the |your |its |~?[\w./]*\/)?\b(AGENTS|SOUL|IDENTITY|BOOTSTRAP|HEARTBEAT|BOOT|TOOLS)\.md\b/i,
    unless: /\b(never|don't|do not|avoid|refuse|must not|when the owner asks|if the owner)\b/i,
    says: 'wants to write orders for every later conversation',
  },
  {
    id: 'destruction',
    severity: 'danger',
    in: CODE,
    pattern:
      /\brm\s+(-\w+\s+)*-\w*[rf]\w*\s+(-\w+\s+)*["']?(\/|~|\$HOME|\$\{HOME\}|\/\*|\.\.|\/(etc|home|root|var|usr))["']?\/?\*?(\s|$|;|&)|\bmkfs\.\w+|\bdd\b[^\n]*\bof=\/dev\/|:\(\)\s*\{\s*:\s*\|\s*:|\bshred\b[^\n]*(~|\/)|\bchmod\s+-R\s+777\s+(\/|~)|shutil\.rmtree\(\s*(os\.path\.expanduser|['"]\/|Path\.home)|\bfind\s+(\/|~|\$HOME)\s[^\n]*-delete/i,
    says: 'destroys what it has not made',
  },
  {
    id: 'miner',
    severity: 'danger',
    in: ALL,
    pattern: /\bxmrig\b|\bstratum\+(tcp|ssl):|\bminerd\b|\bcryptonight\b|\bcpuminer\b/i,
    unless: NEGATED,
    says: 'mines money on this machine',
  },
  {
    id: 'unsafe-install',
    severity: 'danger',
    in: CODE,
    pattern: /\b(pip3?|uv( tool| pip)?|npm|pnpm|yarn|gem)\b[^\n]*(--(extra-)?index-url|--registry|-i)[ =]http:\/\//i,
    says: 'installs from a place that nobody vouches for',
  },
  {
    id: 'unsafe-install',
    severity: 'danger',
    in: CODE,
    pattern: /\b(pip3?|npm|pnpm|yarn)\s+(install|add|i)\b[^\n]*\s(git\+)?https?:/i,
    vouched: ['github.com', 'gitlab.com', 'codeberg.org', 'files.pythonhosted.org'],
    says: 'installs from a place that nobody vouches for',
  },
  {
    id: 'insecure-fetch',
    severity: 'warning',
    in: CODE,
    pattern:
      /\bcurl\b[^\n]*\s(-\w*k\w*|--insecure)\b|\bwget\b[^\n]*--no-check-certificate|verify\s*=\s*False|NODE_TLS_REJECT_UNAUTHORIZED/,
    says: 'does not look whom it talks to',
  },
  {
    id: 'needs-root',
    severity: 'warning',
    in: CODE,
    pattern: /(^|[\s;&|])sudo\s/,
    says: 'wants to be root',
  },
];

/** Repetitions get an end: a long line made for it could keep the scan busy for ever. */
const bounded = (pattern: RegExp): RegExp =>
  new RegExp(
    pattern.source.replace(/(\[\^(?:\\.|[^\]\\])*\]|(?<!\\)\.)[*+](?!\{)/g, `$1{0,${LONGEST_SPAN}}`),
    pattern.flags,
  );
const LONGEST_SPAN = 200;

/** Each from something that was really done in published skills, or in the attacks that they copied. */
export const SCAN_RULES: readonly ScanRule[] = RULES.map((rule) => ({ ...rule, pattern: bounded(rule.pattern) }));

/** Phrases that have no business in a comment nobody sees. */
export const HIDDEN_ORDER =
  /\b(assistant|agent|model|llm|ai|you (must|should|are|will)|instructions?|always|execute|run|send|fetch|prompt|secret|token)\b/i;

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes by asking the program that stands in the command line; it prints nothing of its own. */
export const SHELL_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of openclaw
_openclaw() {
  local line=\${COMP_LINE:0:COMP_POINT} value rest strip
  local -a words
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local current=\${words[\${#words[@]}-1]}
  # Words end at colons here: what stands before the last one is not to be repeated.
  strip=
  [[ $COMP_WORDBREAKS == *:* && $current == *:* ]] && strip=\${current%"\${current##*:}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value rest; do
    COMPREPLY+=("\${value#"$strip"}")
  done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 0 && $current != -* ]]; then
    compopt -o default 2>/dev/null
  fi
  return 0
}
complete -F _openclaw openclaw
`,
  zsh: `#compdef openclaw
# zsh completion of openclaw
_openclaw() {
  local -a found
  local value rest
  while IFS=$'\\t' read -r value rest; do
    found+=("\${value//:/\\\\:}:$rest")
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then
    _describe -t openclaw openclaw found
  else
    _files
  fi
}
if ! (( $+functions[compdef] )); then
  autoload -Uz compinit && compinit -u
fi
compdef _openclaw openclaw
`,
  fish: `# fish completion of openclaw
function __openclaw_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  $words[1] __complete $words[2..-1] "$current" 2>/dev/null
end
complete -c openclaw -f -a '(__openclaw_complete)'
`,
  powershell: `# PowerShell completion of openclaw
Register-ArgumentCompleter -Native -CommandName openclaw -ScriptBlock {
  param($current, $ast, $position)
  $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })
  $before = @($words | Select-Object -Skip 1)
  if ($current -ne '' -and $before.Count -gt 0) { $before = @($before | Select-Object -SkipLast 1) }
  $typed = if ($current -eq '') { '""' } else { $current }
  & $words[0] __complete @before $typed 2>$null | ForEach-Object {
    $value, $summary = $_ -split "\`t", 2
    if (-not $summary) { $summary = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $summary)
  }
}
`,
};

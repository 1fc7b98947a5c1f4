/** A piece of code and what it is; most of it is plain. */
export interface CodeToken {
  kind: 'comment' | 'string' | 'number' | 'keyword' | 'name' | 'plain';
  text: string;
}

interface Language {
  words: ReadonlySet<string>;
  /** Beginnings of comments up to the end of the line. */
  line: RegExp;
  block?: RegExp;
  strings: RegExp;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

const C_WORDS =
  'abstract as async await boolean break byte case catch char class const continue debugger default defer delete do double elif else end enum export extends extern false final finally float fn for foreach from fun func function get go goto if impl implements import in instanceof int interface internal is lambda let long loop match mod module move mut namespace native new nil none null of operator out override package pass private protected pub public readonly record ref return sealed select self set short sizeof static string struct super switch template this throw throws trait true try type typedef typeof undefined union unsafe unsigned use using val var virtual void volatile where while with yield';
const SLASHES: Language = {
  words: set(C_WORDS),
  line: /\/\/[^\n]*/y,
  block: /\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?/y,
  strings: /"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\[\s\S])*`?/y,
};
const HASHES: Language = {
  words: set(
    'False None True and as assert async await begin break case class continue def del do done elif else elsif end ensure esac except export false fi finally for from function global if import in is lambda local match module next nil nonlocal not null or pass raise require rescue return self set source then true try undef unless until when while with yield echo cd exit readonly',
  ),
  line: /#[^\n]*/y,
  strings: /"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\\n]|\\.)*'?/y,
};
const SQL: Language = {
  words: set(
    'add all alter and as asc between by case create cross delete desc distinct drop else end exists false foreign from full group having if in index inner insert into is join key left like limit not null on or order outer primary references right select set table then true union unique update values view when where with',
  ),
  line: /--[^\n]*/y,
  block: SLASHES.block ?? /$^/y,
  strings: /'(?:[^']|'')*'?|"[^"\n]*"?/y,
};
const MARKUP: Language = {
  words: set(''),
  line: /<!--(?:[^-]|-(?!->))*(?:-->)?/y,
  strings: /"[^"]*"?|'[^'\n]*'?/y,
};
const STYLE: Language = { ...SLASHES, words: set('important media import supports keyframes layer'), line: /$^/y };

const LANGUAGES = new Map<string, Language>([
  ...named(
    'js jsx ts tsx mjs cjs javascript typescript json json5 jsonc java c h cpp c++ cs csharp go rust rs swift kotlin kt scala dart php groovy',
    SLASHES,
  ),
  ...named(
    'py python sh bash zsh shell console rb ruby yaml yml toml ini conf dockerfile make makefile perl r elixir',
    HASHES,
  ),
  ...named('sql sqlite postgres mysql', SQL),
  ...named('html xml svg vue', MARKUP),
  ...named('css scss less', STYLE),
]);

function named(names: string, language: Language): [string, Language][] {
  return names.split(' ').map((name) => [name, language]);
}

/** Longer code is shown as it is: colours are worth no waiting. */
const MOST = 40_000;
const NUMBER = /\b(?:0[xob][\da-f_]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)\b/iy;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const REST = /[^\p{L}\p{N}_$"'`#/<-]+|./suy;

/** Code in pieces that together are the code; undefined where its language is not known. */
export function tokensOf(code: string, language: string): CodeToken[] | undefined {
  const rules = LANGUAGES.get(language.toLowerCase());
  if (!rules || code.length > MOST) return undefined;
  const tokens: CodeToken[] = [];
  let at = 0;
  const take = (rule: RegExp | undefined): string | undefined => {
    if (!rule) return undefined;
    rule.lastIndex = at;
    return rule.exec(code)?.[0] || undefined;
  };
  const push = (kind: CodeToken['kind'], text: string): void => {
    at += text.length;
    const last = tokens.at(-1);
    if (kind === 'plain' && last?.kind === 'plain') last.text += text;
    else tokens.push({ kind, text });
  };
  while (at < code.length) {
    const comment = take(rules.block) ?? take(rules.line);
    const string = comment === undefined ? take(rules.strings) : undefined;
    const number = comment === undefined && string === undefined ? take(NUMBER) : undefined;
    if (comment !== undefined) push('comment', comment);
    else if (string !== undefined) push('string', string);
    else if (number !== undefined) push('number', number);
    else {
      const word = take(WORD);
      if (word === undefined) push('plain', take(REST) ?? code.charAt(at));
      else if (rules.words.has(word) || (rules === SQL && rules.words.has(word.toLowerCase()))) push('keyword', word);
      else push(code.charAt(at + word.length) === '(' ? 'name' : 'plain', word);
    }
  }
  return tokens;
}

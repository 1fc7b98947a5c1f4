import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { NewError } from './new-error.mjs';
import { SourceFile, format } from './source-file.mjs';

/** What would be made and changed; nothing is written before all of it is known to work. */
export class Plan {
  #made = new Map();
  #changed = new Map();

  constructor(root) {
    this.root = root;
  }

  at(...parts) {
    return join(this.root, ...parts);
  }

  /**
   * Fills a folder of `templates`.
   * @param words what stands for what: `Name` replaces `__Name__`, in names of files, too
   * @param folder where the files go, from the root
   */
  async fill(template, words, folder) {
    for (const file of readdirSync(this.at('templates', template)).sort())
      await this.make(posix.join(folder, filled(file, words, folder)), `${template}/${file}`, words);
  }

  /** @param template path below `templates` */
  async make(path, template, words) {
    if (existsSync(this.at(path))) throw new NewError(`${path} is there already; nothing is overwritten`);
    const text = filled(readFileSync(this.at('templates', template), 'utf8'), words, posix.dirname(path));
    this.#made.set(path, await format(text, this.at(path)));
  }

  /** A file that gets lines. */
  source(path) {
    const known = this.#changed.get(path) ?? new SourceFile(this.at(path), path);
    this.#changed.set(path, known);
    return known;
  }

  /** @returns paths that were, or would be, made and changed */
  async write({ dryRun }) {
    const changed = new Map();
    for (const [path, source] of this.#changed) changed.set(path, await source.result());
    for (const [path, text] of dryRun ? [] : [...this.#made, ...changed]) {
      mkdirSync(dirname(this.at(path)), { recursive: true });
      writeFileSync(this.at(path), text);
    }
    return { made: [...this.#made.keys()], changed: [...changed.keys()] };
  }
}

/** Replaces `__word__`, and `__src__/…`, `__test__/…`, `__ui__/…` by the way there. */
function filled(text, words, folder) {
  return text
    .replace(/__(src|test|ui)__\/([\w./-]+)/g, (_, tree, rest) => wayTo(folder, `${tree}/${rest}`))
    .replace(/__([A-Za-z]+)__/g, (whole, name) => {
      if (!(name in words)) throw new Error(`templates have an unknown word: ${whole}`);
      return words[name];
    });
}

/** The way to a path of the repository, as an import writes it. */
export function wayTo(folder, path) {
  const way = relative(folder, path).replaceAll('\\', '/');
  return way.startsWith('.') ? way : `./${way}`;
}

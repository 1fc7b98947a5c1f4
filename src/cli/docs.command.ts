import { Command, Option } from 'nest-commander';
import { CliCommand, type JsonOptions, parseWholeNumber } from '../common/cli/cli-command';
import { printJson, printLine, printTable } from '../common/cli/output';
import { OpenclawError } from '../common/openclaw-error';
import { docPages, searchDocs } from './search-docs';

const DEFAULT_LIMIT = 20;

@Command({
  name: 'docs',
  arguments: '[words...]',
  description: 'search the documentation that came with this program; without words its pages',
})
export class DocsCommand extends CliCommand {
  @Option({ flags: '--limit <n>', description: `most lines, ${DEFAULT_LIMIT} by default` })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1);
  }

  run(words: string[], options: JsonOptions & { limit?: number }): Promise<void> {
    if (words.length === 0) {
      const pages = docPages().map(({ path, title }) => ({ path, title }));
      if (options.json) printJson(pages);
      else
        printTable(pages, [
          { title: 'Page', value: ({ path }) => path },
          { title: 'Title', value: ({ title }) => title },
        ]);
      return Promise.resolve();
    }
    const hits = searchDocs(words.join(' ').split(/\s+/), options.limit ?? DEFAULT_LIMIT);
    if (hits.length === 0)
      throw new OpenclawError(
        'DOCS_NOTHING',
        `no line of the documentation holds all of: ${words.join(' ')}; try fewer words`,
      );
    if (options.json) printJson(hits);
    else for (const { path, line, text } of hits) printLine(`${path}:${line}: ${text}`);
    return Promise.resolve();
  }
}

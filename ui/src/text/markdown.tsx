import { t } from '@lingui/core/macro';
import type { Token, Tokens } from 'marked';
import { type ReactNode, memo, useMemo, useState } from 'react';
import { CodeBlock } from './code-block';
import { directionOf } from './direction';
import { Formula } from './formula';
import { Inline } from './inline';
import { GrowingBlocks, blocksOf } from './read-blocks';
import { Prose } from './safe-text';
import css from './text.module.css';

const MOST_DEPTH = 24;

/** Markdown of a model, which is nobody's order to the browser: it becomes elements, never HTML. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return <Blocks blocks={blocks} />;
});

/** The same of a text that grows: only its last block is read and drawn again. */
export function GrowingMarkdown({ text }: { text: string }) {
  const [reader] = useState(() => new GrowingBlocks());
  const blocks = useMemo(() => reader.of(text), [reader, text]);
  return <Blocks blocks={blocks} />;
}

const Blocks = ({ blocks }: { blocks: readonly Token[] }) => (
  <div className={`markdown ${css['markdown']}`}>
    {blocks.map((token, index) => (
      <Block key={index} token={token} depth={0} />
    ))}
  </div>
);

const Block = memo(function Block({ token, depth }: { token: Token; depth: number }): ReactNode {
  if (depth > MOST_DEPTH) return <AsWritten text={token.raw} />;
  switch (token.type) {
    case 'paragraph':
    case 'text':
      return (
        <p dir="auto">
          <Inline tokens={(token as Tokens.Paragraph).tokens ?? [token]} />
        </p>
      );
    case 'heading':
      return <Heading heading={token as Tokens.Heading} />;
    case 'code': {
      const { text, lang } = token as Tokens.Code;
      return <CodeBlock code={text} language={(lang ?? '').split(' ')[0] ?? ''} />;
    }
    case 'math':
      return <Formula raw={(token as Tokens.Generic)['text'] as string} isBlock />;
    case 'blockquote':
      return (
        <blockquote dir={directionOf((token as Tokens.Blockquote).text)}>
          {(token as Tokens.Blockquote).tokens.map((each, index) => (
            <Block key={index} token={each} depth={depth + 1} />
          ))}
        </blockquote>
      );
    case 'list':
      return <List list={token as Tokens.List} depth={depth} />;
    case 'table':
      return <Table table={token as Tokens.Table} />;
    case 'hr':
      return <hr />;
    case 'space':
    case 'def':
      return null;
    default:
      return <AsWritten text={token.raw} />;
  }
});

const AsWritten = ({ text }: { text: string }) => (
  <p dir="auto" className={css['as-written']}>
    <Prose text={text.trimEnd()} />
  </p>
);

/** The page has a title of its own: headings of a text stand below it. */
function Heading({ heading }: { heading: Tokens.Heading }) {
  const Tag = `h${Math.min(6, heading.depth + 2)}` as 'h3';
  return (
    <Tag dir="auto" data-level={heading.depth}>
      <Inline tokens={heading.tokens} />
    </Tag>
  );
}

function List({ list, depth }: { list: Tokens.List; depth: number }) {
  const items = list.items.map((item, index) => (
    <li key={index} data-task={item.task || undefined}>
      {item.task && (
        <input
          type="checkbox"
          checked={item.checked === true}
          readOnly
          disabled
          aria-label={item.checked ? t`done` : t`open`}
        />
      )}
      <Item item={item} depth={depth} />
    </li>
  ));
  const dir = directionOf(list.items.map(({ text }) => text).join(' '));
  return list.ordered ? (
    <ol start={typeof list.start === 'number' ? list.start : 1} dir={dir}>
      {items}
    </ol>
  ) : (
    <ul dir={dir}>{items}</ul>
  );
}

/** In a tight list the words of an item are no paragraph. */
function Item({ item, depth }: { item: Tokens.ListItem; depth: number }) {
  return item.tokens.map((token, index) => {
    if (token.type === 'checkbox') return null;
    if (token.type === 'text') return <Inline key={index} tokens={(token as Tokens.Text).tokens ?? [token]} />;
    return <Block key={index} token={token} depth={depth + 1} />;
  });
}

/** A table scrolls in a box of its own; its words stay whole. */
function Table({ table }: { table: Tokens.Table }) {
  const align = (index: number) => table.align[index] ?? undefined;
  return (
    <div className={css['table']} tabIndex={0} role="group" aria-label={t`Table`} dir={directionOf(table.raw)}>
      <table>
        <thead>
          <tr>
            {table.header.map((cell, index) => (
              <th key={index} scope="col" data-align={align(index)}>
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, index) => (
                <td key={index} data-align={align(index)}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

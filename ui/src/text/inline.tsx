import { Trans } from '@lingui/react/macro';
import type { Token, Tokens } from 'marked';
import { type ReactNode, useState } from 'react';
import { withoutEntities } from './entities';
import { Formula } from './formula';
import { Prose } from './safe-text';
import { realPlace, webAddress } from './web-address';
import css from './text.module.css';

/** Nested deeper than this it is shown as it was written. */
const MOST_DEPTH = 24;
const BREAKS = new Set(['<br>', '<br/>', '<br />']);

/** Words of a block. HTML is text, nothing is loaded, and links lead to the web or to mail. */
export function Inline({ tokens, depth = 0 }: { tokens: readonly Token[] | undefined; depth?: number }): ReactNode {
  return tokens?.map((token, index) =>
    depth > MOST_DEPTH ? <Prose key={index} text={token.raw} /> : <Word key={index} token={token} depth={depth + 1} />,
  );
}

function Word({ token, depth }: { token: Token; depth: number }): ReactNode {
  switch (token.type) {
    case 'text': {
      const { tokens, text } = token as Tokens.Text;
      return tokens ? <Inline tokens={tokens} depth={depth} /> : <Prose text={withoutEntities(text)} />;
    }
    case 'escape':
      return <Prose text={withoutEntities((token as Tokens.Escape).text)} />;
    case 'strong':
      return (
        <strong>
          <Inline tokens={(token as Tokens.Strong).tokens} depth={depth} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inline tokens={(token as Tokens.Em).tokens} depth={depth} />
        </em>
      );
    case 'del':
      return (
        <del>
          <Inline tokens={(token as Tokens.Del).tokens} depth={depth} />
        </del>
      );
    case 'codespan':
      return (
        <code>
          <Prose text={(token as Tokens.Codespan).text} />
        </code>
      );
    case 'math':
      return <Formula raw={token.raw} />;
    case 'br':
      return <br />;
    case 'link':
      return <WebLink link={token as Tokens.Link} depth={depth} />;
    case 'image':
      return <Picture image={token as Tokens.Image} />;
    case 'spoiler':
      return (
        <Spoiler>
          <Inline tokens={(token as Tokens.Generic).tokens} depth={depth} />
        </Spoiler>
      );
    case 'html':
      return BREAKS.has(token.raw.toLowerCase()) ? <br /> : <Prose text={token.raw} />;
    case 'checkbox':
      return null;
    default:
      return <Prose text={token.raw} />;
  }
}

function WebLink({ link, depth }: { link: Tokens.Link; depth: number }) {
  const url = webAddress(withoutEntities(link.href));
  if (!url) return <Prose text={link.raw} />;
  const place = realPlace(url, link.text);
  return (
    <>
      <a href={url.href} target="_blank" rel="noopener noreferrer" title={url.href}>
        <Inline tokens={link.tokens} depth={depth} />
      </a>
      {place !== undefined && (
        <span className={css['place']}>
          {' '}
          <Trans>(leads to {place})</Trans>
        </span>
      )}
    </>
  );
}

/** A picture of somewhere else is not fetched: it would tell that place who reads this, and when. */
function Picture({ image }: { image: Tokens.Image }) {
  const url = webAddress(withoutEntities(image.href));
  const words = withoutEntities(image.text);
  if (!url) return <Prose text={image.raw} />;
  return (
    <a className={css['picture']} href={url.href} target="_blank" rel="noopener noreferrer" title={url.href}>
      {words === '' ? (
        <Trans>picture from {url.host}</Trans>
      ) : (
        <Trans>
          picture “<Prose text={words} />” from {url.host}
        </Trans>
      )}
    </a>
  );
}

function Spoiler({ children }: { children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return isOpen ? (
    <span>{children}</span>
  ) : (
    <button type="button" className={css['spoiler']} onClick={() => setOpen(true)}>
      <Trans>hidden: show</Trans>
    </button>
  );
}

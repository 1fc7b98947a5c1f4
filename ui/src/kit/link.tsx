import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { goTo } from './place';

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  /** From `addressOf`. */
  to: string;
}

/** A link to another place of the page. With a key held down the browser opens it as it always does. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  return <a {...rest} href={to} onClick={follow} />;
}

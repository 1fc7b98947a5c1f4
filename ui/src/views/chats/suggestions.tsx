import { t } from '@lingui/core/macro';
import { useEffect, useRef } from 'react';
import { classes } from '../../kit/classes';
import { SafeText } from '../../text/safe-text';
import type { Completion } from './use-completion';
import css from './composer.module.css';

const MAX_TEXT = 120;

export const optionId = (list: string, index: number): string => `${list}-${index}`;

/** What could be written, above the field; the focus stays in the field. */
export function Suggestions({ id, completion }: { id: string; completion: Completion }) {
  const { options, active, choose } = completion;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  if (options.length === 0) return null;
  return (
    <ul ref={list} id={id} className={css['suggestions']} role="listbox" aria-label={t`Suggestions`}>
      {options.map((option, index) => (
        <li
          key={option.value}
          id={optionId(id, index)}
          role="option"
          aria-selected={index === active}
          className={classes(index === active && css['active'])}
          // The field keeps the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            choose(option);
          }}
        >
          <b>
            <SafeText text={option.label} max={MAX_TEXT} />
          </b>
          {option.description !== undefined && (
            <span>
              <SafeText text={option.description} max={MAX_TEXT} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

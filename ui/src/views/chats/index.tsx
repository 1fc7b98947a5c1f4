import { useState } from 'react';
import { useGateway } from '../../gateway/use-gateway';
import { usePlace } from '../../kit/place';
import { Conversation } from './conversation';
import { SessionList } from './session-list';
import type { SessionRow } from './use-sessions';
import css from './conversation.module.css';

/** Conversations, and the one that is open. */
export default function ChatsView() {
  const { hello } = useGateway();
  const { query } = usePlace();
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<SessionRow>();
  const mainKey = hello?.snapshot.sessionDefaults?.mainSessionKey ?? 'agent:main:main';
  const asked = query.get('s') ?? 'main';
  const sessionKey = asked === 'main' || asked === '' ? mainKey : asked;

  const around = Number(query.get('m'));

  const setHidden = (key: string, isHidden: boolean): void =>
    setRemoved((old) => {
      const next = new Set(old);
      if (isHidden) next.add(key);
      else next.delete(key);
      return next;
    });

  return (
    <div className={css['chats']} data-list={query.has('list')}>
      <SessionList current={sessionKey} mainKey={mainKey} open={open} removed={removed} />
      <Conversation
        key={`${sessionKey} ${around}`}
        sessionKey={sessionKey}
        mainKey={mainKey}
        around={Number.isInteger(around) && around > 0 ? around : undefined}
        onHide={setHidden}
        onDescribed={setOpen}
      />
    </div>
  );
}

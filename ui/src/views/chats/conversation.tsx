import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useApprovals } from '../../gateway/approvals';
import { isMain, titleOf } from '../../gateway/session-names';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { useOffline } from '../../gateway/use-offline';
import { Button } from '../../kit/button';
import { addressOf, goTo } from '../../kit/place';
import { Empty, Failure, Skeleton } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { rowsOf } from './chat-rows';
import { activeRuns } from './chat-state';
import { Composer, type GivenText } from './composer';
import { ConversationHead } from './conversation-head';
import { OutgoingRow, RunRow } from './live-rows';
import { type ListItem, MessageList } from './message-list';
import { MessageRow, type RowActions, mayEdit } from './message-row';
import { Queue } from './queue';
import { type QueuedMessage, isWhole, queuedOf } from './queued-message';
import { useChat } from './use-chat';
import type { SessionRow } from './use-sessions';
import { useSpoken } from './use-spoken';
import { SessionKeyProvider } from './session-key-context';
import type { DescribedSession } from './session-facts';
import css from './conversation.module.css';

/** The page holds a thousand messages; what is read beyond them would push out the newest. */
const MOST_PRINTED = 900;
const DRAWN_MS = 300;

interface ConversationProps {
  sessionKey: string;
  mainKey: string;
  /** Number of a message that it is opened at. */
  around: number | undefined;
  /** While its removal can be undone it is not listed. */
  onHide(key: string, isHidden: boolean): void;
  onDescribed(session: SessionRow): void;
}

export function Conversation({ sessionKey, mainKey, around, onHide, onDescribed }: ConversationProps) {
  const gateway = useGateway();
  const { call } = gateway;
  const chat = useChat(gateway, sessionKey, around);
  const { state, send } = chat;
  const isOffline = useOffline() === true;
  const { waiting } = useApprovals();
  const { data: described, refresh } = useLive<{ session: DescribedSession | null }>(
    ['sessions.describe', { key: sessionKey, includeDerivedTitles: true, includeLastMessage: true }],
    { events: ['sessions.changed', 'chat'] },
  );
  const session = described?.session ?? undefined;
  useEffect(() => {
    if (session) onDescribed(session);
  }, [session, onDescribed]);
  const [edited, setEdited] = useState<string>();
  const [given, setGiven] = useState<GivenText>();
  useSpoken(state.runs);

  const { shown, queued } = useMemo(() => {
    const isWorking = state.runs.some(({ ended }) => ended === undefined);
    const waits = state.messages.filter(({ __openclaw }) => isWorking && __openclaw?.waiting === true);
    return {
      shown: waits.length === 0 ? state.messages : state.messages.filter((message) => !waits.includes(message)),
      queued: waits.map(queuedOf),
    };
  }, [state.messages, state.runs]);
  const rows = useMemo(() => rowsOf(shown), [shown]);

  const asking = waiting.some(({ request }) => request.sessionKey === sessionKey);
  const runs = useMemo(
    () =>
      asking
        ? state.runs.map((run) => ({
            ...run,
            tools: run.tools.map((tool) => (tool.phase === 'running' ? { ...tool, phase: 'waiting' as const } : tool)),
          }))
        : state.runs,
    [asking, state.runs],
  );

  const lastSaid = useRef('');
  useEffect(() => {
    lastSaid.current = rows.findLast((row) => row.kind === 'user')?.text ?? '';
  }, [rows]);
  const again = useCallback((): void => {
    if (lastSaid.current !== '') send(lastSaid.current);
  }, [send]);

  const failed = (what: string) => (error: unknown) => toast(`${what} ${messageOf(error)}`);
  const rename = (label: string, before = session?.label ?? ''): void => {
    call('sessions.patch', { key: sessionKey, label: label === '' ? null : label }).then(
      () => {
        refresh();
        if (before !== label) toast(t`Renamed.`, { undo: () => rename(before, label) });
      },
      failed(t`The name was not taken.`),
    );
  };
  const plan = (isOn: boolean): void => {
    call('sessions.patch', { key: sessionKey, planMode: isOn }).then(
      () => {
        refresh();
        toast(isOn ? t`A plan comes first: nothing is changed before you approve it.` : t`It works without a plan.`);
      },
      failed(t`It was not changed.`),
    );
  };
  const remove = (): void => {
    onHide(sessionKey, true);
    goTo(addressOf('chats', { s: mainKey }));
    toast(t`Removed “${titleOf(session ?? { key: sessionKey })}”.`, {
      undo: () => {
        onHide(sessionKey, false);
        goTo(addressOf('chats', { s: sessionKey }));
      },
      done: () => {
        call('sessions.delete', { key: sessionKey }).catch((error: unknown) => {
          onHide(sessionKey, false);
          failed(t`It was not removed.`)(error);
        });
      },
    });
  };
  const takeBack = (message: QueuedMessage, then: () => void): void => {
    chat.takeBack(message.id).then(
      (isBack) => {
        if (isBack) then();
        else toast(t`It is being answered already.`);
      },
      failed(t`It could not be taken back.`),
    );
  };

  const undoOf = (message: QueuedMessage): { undo?(): void } =>
    isWhole(message) ? { undo: () => send(message.text, { files: message.files }) } : {};

  /** What was said before is read first, as far as the page can hold it, and drawn. */
  const print = async (): Promise<void> => {
    await chat.readBack(MOST_PRINTED).catch(() => undefined);
    setTimeout(() => window.print(), DRAWN_MS);
  };

  const isBusy = state.runs.some(({ ended }) => ended === undefined) || state.outgoing.length > 0;
  const actions = useMemo(
    (): RowActions => ({
      onEdit: ({ id, text }) => {
        setEdited(id);
        setGiven({ text, replaces: true });
      },
      onRegenerate: () => {
        const last = rows.findLast((row) => row.kind === 'user');
        if (last?.id !== undefined) send(last.text, { insteadOf: last.id });
      },
      onBranch: (messageId) => {
        call<{ key: string }>('sessions.fork', { key: sessionKey, messageId }).then(
          ({ key }) => {
            goTo(addressOf('chats', { s: key }));
            toast(t`A conversation of its own from here on.`, {
              undo: () => {
                goTo(addressOf('chats', { s: sessionKey }));
                call('sessions.delete', { key }).catch(failed(t`The copy was not removed.`));
              },
            });
          },
          failed(t`It was not branched.`),
        );
      },
    }),
    [rows, send, call, sessionKey],
  );
  const lastMine = rows.findLast((row) => row.kind === 'user' && mayEdit(row));
  const lastAnswer = rows.findLast((row) => row.kind === 'assistant')?.key;

  const { retry, discard } = chat;
  const items = useMemo((): ListItem[] => {
    const isUnderWay = (id: string): boolean => runs.some((run) => run.id === id);
    const outgoing = state.outgoing.map((each) => ({
      key: each.id,
      isUnderWay: isUnderWay(each.id),
      content: <OutgoingRow outgoing={each} onRetry={retry} onDiscard={discard} />,
    }));
    const said = rows.map((row, index) => ({
      key: row.key,
      seq: row.seq,
      content: (
        <MessageRow
          row={row}
          actions={isBusy ? undefined : actions}
          isLast={row.key === lastAnswer}
          onAgain={row.kind === 'note' && row.isFault && index === rows.length - 1 ? again : undefined}
        />
      ),
    }));
    // What is said now stands at the end, and the end may not be among what is shown.
    if (state.hasNewer) return said;
    return [
      ...said,
      ...outgoing.filter((each) => each.isUnderWay),
      ...runs.map((run) => ({ key: `run ${run.id}`, content: <RunRow run={run} /> })),
      ...outgoing.filter((each) => !each.isUnderWay),
    ];
  }, [rows, runs, state.outgoing, state.hasNewer, retry, discard, again, actions, isBusy, lastAnswer]);
  const isEmpty = state.loaded && rows.length + state.outgoing.length + runs.length === 0;

  return (
    <SessionKeyProvider value={sessionKey}>
      <section className={css['chat']} aria-label={t`Conversation`}>
        <ConversationHead
          title={titleOf(session ?? { key: sessionKey })}
          isOffline={isOffline}
          isMain={isMain(sessionKey)}
          isNew={session === undefined}
          sessionKey={sessionKey}
          session={session}
          versionOf={state.sessionId}
          onPlan={plan}
          onPrint={() => void print()}
          onRename={rename}
          onRemove={remove}
          onChanged={refresh}
        />
        {isEmpty || !state.loaded ? (
          <div className={css['feed']}>
            {!state.loaded && state.loadError === undefined && items.length === 0 && (
              <div className={css['row']}>
                <Skeleton lines={6} />
              </div>
            )}
            {state.loadError !== undefined && (
              <div className={css['row']}>
                <Failure what={t`The conversation could not be read.`} why={state.loadError} onRetry={chat.reload} />
              </div>
            )}
            {isEmpty && (
              <div className={css['welcome']}>
                <h2>
                  <Trans>Say something</Trans>
                </h2>
                {isOffline && (
                  <Empty title={t`No language model is connected, so the offline assistant answers`}>
                    <Button onClick={() => send('help')}>
                      <Trans>See what it understands</Trans>
                    </Button>
                  </Empty>
                )}
              </div>
            )}
            {items.map(({ key, content }) => (
              <div key={key} className={css['row']}>
                {content}
              </div>
            ))}
          </div>
        ) : (
          <MessageList
            items={items}
            hasOlder={state.hasOlder}
            hasNewer={state.hasNewer}
            around={around}
            readOn={chat.readOn}
            onNewest={chat.reload}
          />
        )}
        <div className={css['bottom']}>
          <Queue
            queued={queued}
            onRemove={(message) => takeBack(message, () => toast(t`Removed.`, undoOf(message)))}
            onEdit={(message) => takeBack(message, () => setGiven({ text: message.text, files: message.files }))}
            onSteer={(message) => takeBack(message, () => chat.steer(message.text, message.files))}
          />
          <Composer
            sessionKey={sessionKey}
            running={activeRuns(state).length > 0}
            onSend={(text, files) => {
              send(text, { files, insteadOf: edited });
              setEdited(undefined);
            }}
            onStop={chat.stop}
            given={given}
            isEdit={edited !== undefined}
            onCancelEdit={() => setEdited(undefined)}
            onEditLast={lastMine?.kind === 'user' && !isBusy ? () => actions.onEdit(lastMine) : undefined}
          />
        </div>
      </section>
    </SessionKeyProvider>
  );
}

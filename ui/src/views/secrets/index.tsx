import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Field } from '../../kit/field';
import { Link } from '../../kit/link';
import { Card, Page, Row, Rows } from '../../kit/page';
import { addressOf } from '../../kit/place';
import { Empty, Failure, Skeleton, Status } from '../../kit/states';
import { dayInText } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { useNow } from '../../kit/use-now';
import { SafeText } from '../../text/safe-text';
import css from './secrets.module.css';

const REFERENCE = '${secret:name}';

interface Stored {
  name: string;
  updatedAtMs: number;
  usedAt: string[];
  problem?: string;
}

interface SecretList {
  secrets: Stored[];
  missingAt: Record<string, string[]>;
  variables: { name: string; usedAt: string[]; isSet: boolean }[];
  plain: string[];
}

const MAX_NAME = 80;
/** Keys, tokens and passwords by name: where each is used, and what is missing. Values only go in. */
export default function SecretsView() {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<SecretList>(['secrets.store.list'], { events: ['config.changed'] });
  const [writing, setWriting] = useState<string>();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const now = useNow(60_000);

  const hide = (name: string, isHidden: boolean): void =>
    setHidden((old) => new Set(isHidden ? [...old, name] : [...old].filter((each) => each !== name)));
  const remove = (name: string): void => {
    hide(name, true);
    toast(t`Removed “${name}”.`, {
      undo: () => hide(name, false),
      done: () => {
        call('secrets.store.delete', { name })
          .then(refresh, (problem: unknown) => {
            toast(t`It was not removed: ${messageOf(problem)}`);
          })
          .finally(() => hide(name, false));
      },
    });
  };
  const done = (): void => {
    setWriting(undefined);
    refresh();
  };

  const missing = Object.entries(data?.missingAt ?? {});
  const unset = data?.variables.filter(({ isSet }) => !isSet) ?? [];
  const secrets = data?.secrets.filter(({ name }) => !hidden.has(name)) ?? [];
  return (
    <Page title={t`Secrets`} lead={t`Keys, tokens and passwords. They are kept encrypted, and never shown again.`}>
      {(missing.length > 0 || unset.length > 0) && (
        <Card title={t`Missing`} testId="missing">
          <Rows>
            {missing.map(([name, usedAt]) => (
              <Row
                key={name}
                mark={
                  <Status tone="bad">
                    <Trans>not stored</Trans>
                  </Status>
                }
                title={<SafeText text={name} max={MAX_NAME} />}
                detail={<UsedAt paths={usedAt} />}
                below={
                  writing === name && <SecretForm name={name} onDone={done} onCancel={() => setWriting(undefined)} />
                }
              >
                {writing !== name && (
                  <Button aria-label={t`Set ${name}`} onClick={() => setWriting(name)}>
                    <Trans>Set</Trans>
                  </Button>
                )}
              </Row>
            ))}
            {unset.map(({ name, usedAt }) => (
              <Row
                key={name}
                mark={
                  <Status tone="bad">
                    <Trans>not set</Trans>
                  </Status>
                }
                title={
                  <>
                    <Trans>
                      Variable <SafeText text={name} max={MAX_NAME} />
                    </Trans>
                  </>
                }
                detail={
                  <>
                    <UsedAt paths={usedAt} />
                    <Trans>
                      . Set it in the environment of the gateway and restart it, or write a secret into the setting
                      instead.
                    </Trans>
                  </>
                }
              />
            ))}
          </Rows>
        </Card>
      )}
      <Card
        title={t`Stored`}
        aside={
          writing !== '' && (
            <Button icon="plus" onClick={() => setWriting('')}>
              <Trans>New secret</Trans>
            </Button>
          )
        }
      >
        {writing === '' && <SecretForm onDone={done} onCancel={() => setWriting(undefined)} />}
        {error !== undefined && !data && (
          <Failure what={t`The secrets could not be read.`} why={error} onRetry={refresh} />
        )}
        {!data && error === undefined && <Skeleton lines={4} />}
        {data && secrets.length === 0 && writing !== '' && (
          <Empty title={t`No secret is stored yet`}>
            <p>
              <Trans>Keys that you write into the settings come here by themselves.</Trans>
            </p>
          </Empty>
        )}
        <Rows testId="secrets">
          {secrets.map(({ name, updatedAtMs, usedAt, problem }) => (
            <Row
              key={name}
              title={<SafeText text={name} max={MAX_NAME} />}
              detail={
                <>
                  <Trans>set {dayInText(updatedAtMs, now)}</Trans> · <UsedAt paths={usedAt} />
                </>
              }
              below={
                <>
                  {problem !== undefined && <Failure what={t`It can't be read.`} why={problem} />}
                  {writing === name && <SecretForm name={name} onDone={done} onCancel={() => setWriting(undefined)} />}
                </>
              }
            >
              <Status tone={problem !== undefined ? 'bad' : usedAt.length > 0 ? 'good' : 'off'}>
                {problem !== undefined ? t`unreadable` : usedAt.length > 0 ? t`in use` : t`not used`}
              </Status>
              {writing !== name && (
                <Button aria-label={t`Replace ${name}`} onClick={() => setWriting(name)}>
                  <Trans>Replace</Trans>
                </Button>
              )}
              {usedAt.length === 0 && (
                <Button look="danger" aria-label={t`Remove ${name}`} onClick={() => remove(name)}>
                  <Trans>Remove</Trans>
                </Button>
              )}
            </Row>
          ))}
        </Rows>
      </Card>
      {data && (data.plain.length > 0 || data.variables.some(({ isSet }) => isSet)) && (
        <Card title={t`Elsewhere`}>
          <Rows testId="elsewhere">
            {data.plain.map((path) => (
              <Row
                key={path}
                mark={
                  <Status tone="warn">
                    <Trans>plain text</Trans>
                  </Status>
                }
                title={<SettingLink path={path} />}
                detail={t`It stands in the file itself. Replace it in the settings and it is kept here, or run “openclaw secrets move”.`}
              />
            ))}
            {data.variables
              .filter(({ isSet }) => isSet)
              .map(({ name, usedAt }) => (
                <Row
                  key={name}
                  mark={
                    <Status tone="good">
                      <Trans>variable</Trans>
                    </Status>
                  }
                  title={<SafeText text={name} max={MAX_NAME} />}
                  detail={<UsedAt paths={usedAt} />}
                />
              ))}
          </Rows>
        </Card>
      )}
    </Page>
  );
}

const SettingLink = ({ path }: { path: string }) => (
  <Link to={addressOf('settings', { q: path })}>
    <SafeText text={path} max={120} />
  </Link>
);

const UsedAt = ({ paths }: { paths: readonly string[] }) =>
  paths.length === 0 ? (
    <>
      <Trans>no setting uses it</Trans>
    </>
  ) : (
    <>
      <Trans>used by</Trans>{' '}
      {paths.map((path, index) => (
        <span key={path}>
          {index > 0 && ', '}
          <SettingLink path={path} />
        </span>
      ))}
    </>
  );

interface SecretFormProps {
  /** Of the one that is set; else it is asked for. */
  name?: string;
  onDone(): void;
  onCancel(): void;
}

function SecretForm({ name, onDone, onCancel }: SecretFormProps) {
  const { call } = useGateway();
  const [own, setOwn] = useState('');
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string>();
  const wanted = name ?? own.trim();

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    call<{ used: boolean; applied: boolean }>('secrets.store.set', { name: wanted, value }).then(
      ({ used, applied }) => {
        toast(used && applied ? t`Stored. What uses it has taken it over.` : t`Stored.`);
        onDone();
      },
      (failure: unknown) => setProblem(messageOf(failure)),
    );
  };

  return (
    <form className={css['form']} onSubmit={submit}>
      {name === undefined && (
        <Field
          label={t`Name`}
          value={own}
          maxLength={200}
          spellCheck={false}
          onChange={(event) => setOwn(event.target.value)}
          hint={t`Settings refer to it as ${REFERENCE}.`}
        />
      )}
      <Field
        label={t`Value`}
        type="password"
        autoComplete="off"
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      {problem !== undefined && <Failure what={t`It was not stored.`} why={problem} />}
      <p className={css['buttons']}>
        <Button type="submit" look="primary" disabled={wanted === '' || value === ''}>
          <Trans>Store</Trans>
        </Button>
        <Button onClick={onCancel}>
          <Trans>Cancel</Trans>
        </Button>
      </p>
    </form>
  );
}

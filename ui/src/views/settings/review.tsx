import { plural, t } from '@lingui/core/macro';
import { Plural, Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { Button } from '../../kit/button';
import { Diff } from '../../kit/diff';
import { Dialog } from '../../kit/dialog';
import { Failure, Skeleton, Status } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import { withDots } from './hidden';
import { isSame, pathText, valueAt } from './paths';
import type { Settings } from './use-settings';
import css from './settings.module.css';

/** What was changed and is not saved: a bar, and on request what will be in the file. */
export function Review({ settings }: { settings: Settings }) {
  const { edits, verdict, conflict, discard } = settings;
  const [isOpen, setOpen] = useState(false);
  const faults = verdict?.issues.length ?? 0;
  return (
    <div className={css['bar']} role="region" aria-label={t`Changes that are not saved`} data-testid="changes">
      <span className={css['told']} role="status">
        <Plural value={edits.size} one="# change not saved" other="# changes not saved" />
        {verdict &&
          faults > 0 &&
          plural(faults, { one: ", one value can't be taken", other: ", # values can't be taken" })}
        {conflict && t`, and somebody else has saved meanwhile`}
      </span>
      <span className={css['does']}>
        <Button onClick={discard}>
          <Trans>Discard</Trans>
        </Button>
        <Button look="primary" onClick={() => setOpen(true)}>
          <Trans>Review</Trans>
        </Button>
      </span>
      {isOpen && <ReviewDialog settings={settings} onClose={() => setOpen(false)} />}
    </div>
  );
}

function ReviewDialog({ settings, onClose }: { settings: Settings; onClose(): void }) {
  const { verdict, problem, conflict, save } = settings;
  const [isSaving, setSaving] = useState(false);
  const restarts = verdict?.changes.filter(({ effect }) => effect === 'restart') ?? [];
  return (
    <Dialog title={t`What changes`} onClose={onClose}>
      <div className={css['review']}>
        {conflict && <Conflict settings={settings} />}
        {problem !== undefined && !conflict && <Failure {...problem} />}
        {!verdict && problem === undefined && <Skeleton lines={4} label={t`Checking…`} />}
        {verdict && (
          <>
            {verdict.issues.length > 0 && (
              <Failure what={t`These settings are not valid.`} why={t`Go back to these settings and mend them:`}>
                <ul className={css['issues']}>
                  {verdict.issues.map((issue) => (
                    <li key={`${issue.path} ${issue.message}`}>
                      <code>
                        <SafeText text={issue.path} />
                      </code>{' '}
                      <SafeText text={issue.message} />
                    </li>
                  ))}
                </ul>
              </Failure>
            )}
            {verdict.warnings.map((issue) => (
              <p key={`${issue.path} ${issue.message}`} className={css['meta']}>
                <Status tone="warn">
                  <SafeText text={`${issue.path}: ${issue.message}`} />
                </Status>
              </p>
            ))}
            <Diff text={withDots(verdict.diff)} label={t`Changes of the file`} />
            {verdict.valid && (
              <p className={css['meta']}>
                {restarts.length === 0
                  ? t`All of it holds as soon as it is saved.`
                  : t`Waits for a restart, which you can start afterwards: ${restarts.map(({ path }) => path).join(', ')}.`}
              </p>
            )}
          </>
        )}
        <p className={css['buttons']}>
          <Button
            look="primary"
            disabled={!verdict?.valid || conflict !== undefined || isSaving}
            onClick={() => {
              setSaving(true);
              void save().finally(() => setSaving(false));
            }}
          >
            <Trans>Save</Trans>
          </Button>
          <Button onClick={onClose}>
            <Trans>Keep editing</Trans>
          </Button>
        </p>
      </div>
    </Dialog>
  );
}

/** The file has changed since: what does not touch the same values goes on top, the rest is chosen. */
function Conflict({ settings }: { settings: Settings }) {
  const { conflict, edits, rebase } = settings;
  if (!conflict) return null;
  const { theirs, before } = conflict;
  const both = [...edits.values()].filter(({ path }) => !isSame(valueAt(theirs, path), valueAt(before, path)));
  return (
    <Failure
      what={t`Somebody else has saved the settings meanwhile.`}
      why={
        both.length === 0
          ? t`They changed other values than you: both can be kept.`
          : t`These were changed by both: ${both.map(({ path }) => pathText(path)).join(', ')}.`
      }
    >
      <Button onClick={() => rebase([])}>{both.length === 0 ? t`Keep both` : t`Keep mine there`}</Button>
      {both.length > 0 && (
        <Button onClick={() => rebase(both.map(({ path }) => pathText(path)))}>
          <Trans>Keep theirs there</Trans>
        </Button>
      )}
    </Failure>
  );
}

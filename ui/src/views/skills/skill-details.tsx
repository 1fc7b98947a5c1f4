import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { messageOf } from '../../gateway/problem';
import type { SkillFile } from '../../../../src/skills/skill-review';
import { useGateway } from '../../gateway/use-gateway';
import { useLive } from '../../gateway/use-live';
import { Button } from '../../kit/button';
import { Facts } from '../../kit/page';
import { Failure, Skeleton } from '../../kit/states';
import { dayName } from '../../kit/time';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { webAddress } from '../../text/web-address';
import { Agreement } from './agreement';
import { InstallOption } from './install-option';
import { Report } from './report';
import { SecretKey } from './secret-key';
import { type Skill, keysOf, reasonsOf } from './skill';
import css from './skills.module.css';

const MAX_TEXT = 300;

interface SkillDetailsProps {
  skill: Skill;
  onChanged(): void;
  hide(isHidden: boolean): void;
}

/** Why a skill can't be used and the way out, what it was given, and what the scan says. */
export function SkillDetails({ skill, onChanged, hide }: SkillDetailsProps) {
  const { call } = useGateway();
  const { data, error, refresh } = useLive<SkillFile>(['skills.report', { name: skill.name }], {
    events: ['skills.changed'],
  });
  const reasons = reasonsOf(skill);
  const keys = keysOf(skill);
  const remove = (): void => {
    hide(true);
    toast(t`Removed “${skill.name}”.`, {
      undo: () => hide(false),
      done: () => {
        call('skills.remove', { name: skill.name }).then(onChanged, (problem: unknown) => {
          hide(false);
          toast(t`It was not removed: ${messageOf(problem)}`);
        });
      },
    });
  };
  return (
    <div className={css['details']} data-testid="skill-details">
      {reasons.length > 0 && (
        <section>
          <h3>
            <Trans>Missing requirements</Trans>
          </h3>
          <ul>
            {reasons.map((reason) => (
              <li key={reason}>
                <SafeText text={reason} max={MAX_TEXT} />
              </li>
            ))}
          </ul>
          {skill.install.map((option) => (
            <InstallOption key={option.id} skill={skill.name} option={option} onDone={onChanged} />
          ))}
        </section>
      )}
      {keys.length > 0 && (
        <section>
          <h3>
            <Trans>Keys</Trans>
          </h3>
          {keys.map((name) => (
            <SecretKey
              key={name}
              skill={skill}
              name={name}
              isMissing={skill.missing.env.includes(name)}
              onChanged={onChanged}
            />
          ))}
        </section>
      )}
      <Agreement skill={skill} onChanged={onChanged} />
      <section>
        <h3>
          <Trans>What the scan says</Trans>
        </h3>
        {data && <Report report={data.report} />}
        {!data && error === undefined && <Skeleton lines={2} />}
        {error !== undefined && !data && <Failure what={t`It was not scanned.`} why={error} onRetry={refresh} />}
      </section>
      {data && (
        <section>
          <h3>
            <Trans>Where it is from</Trans>
          </h3>
          <Facts
            facts={[
              [t`Folder`, <SafeText text={data.folder} max={MAX_TEXT} />],
              ...(data.origin
                ? [
                    [t`Source`, <SafeText text={data.origin.source} max={MAX_TEXT} />] as const,
                    [t`Installed`, dayName(Date.parse(data.origin.installedAt))] as const,
                    [t`Signed by`, <SafeText text={data.origin.publisher ?? 'nobody'} max={MAX_TEXT} />] as const,
                  ]
                : []),
              ...(skill.homepage === undefined ? [] : [[t`Home page`, <Homepage address={skill.homepage} />] as const]),
            ]}
          />
          {data.origin && (
            <p>
              <Button look="danger" onClick={remove}>
                <Trans>Remove it from this machine</Trans>
              </Button>
            </p>
          )}
        </section>
      )}
    </div>
  );
}

function Homepage({ address }: { address: string }) {
  const target = webAddress(address);
  const words = <SafeText text={address} max={MAX_TEXT} />;
  return target === undefined ? (
    words
  ) : (
    <a href={target.href} target="_blank" rel="noreferrer noopener">
      {words}
    </a>
  );
}

import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { messageOf } from '../../gateway/problem';
import { useGateway } from '../../gateway/use-gateway';
import { Button } from '../../kit/button';
import { Row } from '../../kit/page';
import { Status } from '../../kit/states';
import { toast } from '../../kit/toasts';
import { SafeText } from '../../text/safe-text';
import { type Skill, stateOf } from './skill';
import { SkillDetails } from './skill-details';

const MAX_NAME = 60;
const MAX_DESCRIPTION = 160;

interface SkillRowProps {
  skill: Skill;
  onChanged(): void;
  /** While its removal can be undone it is not listed. */
  hide(isHidden: boolean): void;
}

export function SkillRow({ skill, onChanged, hide }: SkillRowProps) {
  const { call } = useGateway();
  const [isOpen, setOpen] = useState(false);
  const { tone, word } = stateOf(skill);
  const turn = (enabled: boolean): void => {
    call('skills.update', { skillKey: skill.skillKey, enabled }).then(
      () => {
        toast(enabled ? t`${skill.name} is switched on.` : t`${skill.name} is switched off.`);
        onChanged();
      },
      (problem: unknown) => toast(messageOf(problem)),
    );
  };
  return (
    <Row
      title={
        <strong>
          <SafeText text={skill.name} max={MAX_NAME} />
        </strong>
      }
      detail={<SafeText text={skill.description} max={MAX_DESCRIPTION} />}
      below={isOpen && <SkillDetails skill={skill} onChanged={onChanged} hide={hide} />}
    >
      <Status tone={tone}>{word}</Status>
      <Button aria-expanded={isOpen} aria-label={t`Details of ${skill.name}`} onClick={() => setOpen(!isOpen)}>
        <Trans>Details</Trans>
      </Button>
      <Button
        aria-label={skill.disabled ? t`Switch on: ${skill.name}` : t`Switch off: ${skill.name}`}
        onClick={() => turn(skill.disabled)}
      >
        {skill.disabled ? t`Switch on` : t`Switch off`}
      </Button>
    </Row>
  );
}

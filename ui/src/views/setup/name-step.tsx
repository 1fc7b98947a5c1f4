import { t } from '@lingui/core/macro';
import { useLive } from '../../gateway/use-live';
import { Field } from '../../kit/field';
import { StepCard, type StepProps } from './steps';

/** What the assistant is called, and where it works. */
export function NameStep({ plan, change }: StepProps) {
  const { data } = useLive<{ defaultId: string; agents: { id: string; workspace: string }[] }>(['agents.list']);
  const usual = data?.agents.find(({ id }) => id === data.defaultId)?.workspace ?? '';
  const { workspace } = plan;
  const isPath = workspace.trim() === '' || /^[/~]/.test(workspace.trim());
  return (
    <StepCard
      plan={plan}
      change={change}
      lead={t`Both can be changed later, and both may stay empty.`}
      isReady={isPath}
      onNext={() => change({ step: 'channel' })}
    >
      <Field
        label={t`Name of the assistant`}
        placeholder={t`Assistant`}
        maxLength={50}
        value={plan.name}
        onChange={(event) => change({ name: event.target.value })}
      />
      <Field
        label={t`Folder that it works in`}
        placeholder={usual}
        value={workspace}
        spellCheck={false}
        problem={isPath ? undefined : t`Write a whole path, beginning with / or ~.`}
        hint={t`Its notes and files are here; it reads and writes nothing outside.`}
        onChange={(event) => change({ workspace: event.target.value })}
      />
    </StepCard>
  );
}

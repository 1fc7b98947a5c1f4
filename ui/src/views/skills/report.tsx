import { i18n } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { Plural, Trans } from '@lingui/react/macro';
import type { SkillScan } from '../../../../src/skills/skill-review';
import { Status } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import css from './skills.module.css';

const VERDICTS = {
  clean: ['good', msg`nothing was found`],
  warning: ['warn', msg`look at it`],
  danger: ['bad', msg`dangerous`],
} as const;
const SHOWN = 50;
const MAX_TEXT = 240;

/** What was found in the files of a skill, line by line. */
export function Report({ report }: { report: SkillScan }) {
  const [tone, word] = VERDICTS[report.verdict];
  return (
    <div className={css['report']} data-testid="scan">
      <Status tone={tone}>
        {i18n._(word)} · <Plural value={report.files} one="# file" other="# files" />
      </Status>
      {report.findings.length > 0 && (
        <ul>
          {report.findings.slice(0, SHOWN).map(({ severity, file, line, says, excerpt }, index) => (
            <li key={index}>
              <Status tone={severity === 'danger' ? 'bad' : 'warn'}>
                <SafeText text={t`${file}, line ${line}: ${says}`} max={MAX_TEXT} />
              </Status>
              {excerpt !== '' && (
                <code>
                  <SafeText text={excerpt} max={MAX_TEXT} />
                </code>
              )}
            </li>
          ))}
        </ul>
      )}
      {report.findings.length > SHOWN && (
        <p>
          <Trans>… and {report.findings.length - SHOWN} more</Trans>
        </p>
      )}
    </div>
  );
}

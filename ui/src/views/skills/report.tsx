import type { SkillScan } from '../../../../src/skills/skill-review';
import { Status } from '../../kit/states';
import { SafeText } from '../../text/safe-text';
import css from './skills.module.css';

const VERDICTS = {
  clean: ['good', 'nothing was found'],
  warning: ['warn', 'look at it'],
  danger: ['bad', 'dangerous'],
} as const;
const SHOWN = 50;
const MAX_TEXT = 240;

/** What was found in the files of a skill, line by line. */
export function Report({ report }: { report: SkillScan }) {
  const [tone, word] = VERDICTS[report.verdict];
  return (
    <div className={css['report']} data-testid="scan">
      <Status tone={tone}>
        {word} · {report.files} {report.files === 1 ? 'file' : 'files'}
      </Status>
      {report.findings.length > 0 && (
        <ul>
          {report.findings.slice(0, SHOWN).map(({ severity, file, line, says, excerpt }, index) => (
            <li key={index}>
              <Status tone={severity === 'danger' ? 'bad' : 'warn'}>
                <SafeText text={`${file}, line ${line}: ${says}`} max={MAX_TEXT} />
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
      {report.findings.length > SHOWN && <p>… and {report.findings.length - SHOWN} more</p>}
    </div>
  );
}

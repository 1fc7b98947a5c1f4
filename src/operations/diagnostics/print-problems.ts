import { printLine } from '../../common/cli/output';
import type { GatewayProblem } from './gateway-problem';

/** A line for each, and a line below it that says what to do. */
export function printProblems(problems: readonly GatewayProblem[]): void {
  for (const { area, level, message, fix } of problems) {
    printLine(`${`${level === 'problem' ? 'Problem' : 'Note'}:`.padEnd(10)} ${area}: ${message}`);
    if (fix) printLine(`           fix: ${fix}`);
  }
}

import { answerHelp } from './answer-help';

/** Entry of the small bundle that answers `--help`: whether it has. */
export const answered = answerHelp(process.argv.slice(2));

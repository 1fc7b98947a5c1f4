import { runCli } from './cli/run-cli';

/** Settles when the command is done; the build's warm-up waits for it. */
export const finished = runCli(process.argv.slice(2));

/** Runs further command lines in this process. */
export { runCli };

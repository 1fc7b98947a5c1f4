import { createInterface } from 'node:readline';
import { printNote } from './output';

/** A value that must not stand on the command line: from standard input, or asked for on a terminal. */
export async function readSecret(question: string): Promise<string> {
  const value = process.stdin.isTTY ? await ask(question) : await readInput();
  return value.replace(/\r?\n$/, '');
}

/** All of standard input. */
export async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Asks on the terminal without showing what is typed. */
function ask(question: string): Promise<string> {
  return new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
    printNote(question);
    (terminal as unknown as { _writeToOutput(): void })._writeToOutput = () => undefined;
    terminal.question('', (answer) => {
      terminal.close();
      resolve(answer);
    });
  });
}

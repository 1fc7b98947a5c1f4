import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/** The library is an ES module, which a test can't load into itself. */
const READER = `
import decode from 'qr/decode.js';
let text = '';
for await (const part of process.stdin) text += part;
const { path, size } = JSON.parse(text);
const scale = 4, width = size * scale;
const data = new Uint8Array(width * width * 4).fill(255);
for (const [, x, y, length] of path.matchAll(/M(\\d+) (\\d+)h(\\d+)/g))
  for (let row = y * scale; row < (+y + 1) * scale; row++)
    for (let at = x * scale; at < (+x + +length) * scale; at++) data.fill(0, (row * width + at) * 4, (row * width + at) * 4 + 3);
process.stdout.write(decode({ width, height: width, data }));
`;

/**
 * What a camera would read from a code that the page has drawn.
 * @param path the `d` of its path, a rectangle for each dark stretch
 * @param viewBox of the drawing
 */
export function readQr(path: string, viewBox: string): string {
  const size = Number(viewBox.split(' ')[2]);
  return execFileSync(process.execPath, ['--input-type=module', '-e', READER], {
    cwd: resolve(__dirname, '../..'),
    input: JSON.stringify({ path, size }),
    encoding: 'utf8',
  });
}

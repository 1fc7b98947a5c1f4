// `npm run screenshots [-- home people]`: pictures of every view into docs/screenshots, or of those whose names begin so. A real gateway
// with a family's data, which came in by its own methods and by a platform on loopback, in a real browser. Look at each of them.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TEST_BROWSERS } from './browsers.mjs';
import { ensureBuild } from './ensure.mjs';
import { at } from './paths.mjs';
import { runTool } from './run.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: at('docs', 'screenshots') } },
});
await ensureBuild();
process.env.TEST_BROWSER ??= TEST_BROWSERS.find((path) => existsSync(path));
if (process.env.TEST_BROWSER === undefined) {
  process.stderr.write('no Chromium was found; install one, or name it in TEST_BROWSER\n');
  process.exit(1);
}
process.env.SCREENSHOTS = values.out;
if (positionals.length > 0) process.env.SCREENSHOTS_OF = `^(${positionals.join('|')})`;
runTool(at('node_modules', 'jest', 'bin', 'jest.js'), ['test/e2e/ui/pictures']);

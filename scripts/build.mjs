// `npm run build`: type-checked JavaScript, the Control UI, then one file with a code cache for a fast start.
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { stampBuild } from './ensure.mjs';
import { at } from './paths.mjs';
import { runTool } from './run.mjs';

rmSync(at('dist', '.openclaw-stamp'), { force: true });
runTool(at('node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), ['build']);
for (const config of ['vite.config.mts', 'vite.webpage.config.mts']) {
  runTool(at('node_modules', 'vite', 'bin', 'vite.js'), ['build', '--config', at('ui', config), '--logLevel', 'warn']);
}
const { rootHelp } = createRequire(import.meta.url)(at('dist', 'cli', 'command-table.js'));
writeFileSync(at('dist', 'help.txt'), rootHelp());
runTool(at('scripts', 'bundle.mjs'), []);
runTool(at('scripts', 'code-cache.mjs'), []);
stampBuild();

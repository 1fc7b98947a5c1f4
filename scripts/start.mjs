// `npm start`: sets up what is missing or out of date, then runs the gateway in this process.
import { createRequire } from 'node:module';
import { checkNode, ensureBuild } from './ensure.mjs';
import { linkProgram } from './link.mjs';
import { endWithNpm } from './npm-parent.mjs';
import { at } from './paths.mjs';

checkNode();
endWithNpm();
if (await ensureBuild()) linkProgram();
process.argv = [process.argv[0], at('bin', 'openclaw'), 'gateway', 'run', ...process.argv.slice(2)];
createRequire(import.meta.url)(at('bin', 'openclaw'));

// Packs dist/main.js and the libraries it needs into one file: a start then reads two files instead of two thousand.
// One for the gateway, and one a third of its size for all other commands, which leaves the running gateway out.
// Beside them, what they leave outside: the image takes that and nothing else.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { lateBundles, lateLibraries } from './late-libraries.mjs';
import { lateParts } from './late-parts.mjs';
import { at } from './paths.mjs';
import { hasSlowSpreads, withQuickSpreads } from './quick-spread.mjs';

mkdirSync(at('dist', 'bundle'), { recursive: true });
const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  // Nest and the boot report speak of classes by their names: all names stay as they are. Shorter ones with the true
  // ones kept beside them (`keepNames`) would be set one by one at each start.
  minifyIdentifiers: false,
  // The function that a CommonJS module is wrapped in, so that the loader need not copy the text to add it.
  // `loadPart` gives the loader's other bundles.
  banner: { js: '(function (exports, require, module, __filename, __dirname, loadPart) {' },
  footer: { js: '})' },
  legalComments: 'none',
  logLevel: 'error',
  metafile: true,
  plugins: [lateParts],
  // Native code, libraries that few turns need (loaded from their own files on first use), and optional parts of
  // libraries that nobody here uses: left to `require`, where it may fail.
  external: [
    '@photostructure/sqlite',
    '@agentclientprotocol/sdk',
    '@modelcontextprotocol/sdk/*',
    '@mozilla/readability',
    '@slack/bolt',
    '@opentelemetry/*',
    'ajv',
    'bonjour-service',
    '@slack/socket-mode',
    '@slack/web-api',
    'discord.js',
    'html-entities',
    'ignore',
    'jiti',
    'jszip',
    'linkedom',
    'marked',
    'pdfkit',
    'picomatch',
    'playwright-core',
    'pptxgenjs',
    'sharp',
    'tar',
    'turndown',
    'undici',
    'yaml',
    'unpdf',
    'pg-native',
    '@nestjs/microservices',
    '@nestjs/microservices/*',
    '@nestjs/platform-socket.io',
    '@fastify/*',
    'class-transformer/storage',
    'bufferutil',
    'utf-8-validate',
  ],
  alias: {
    // Questions on the terminal and plug-in files of the command framework, phone numbers of the validator, forms and
    // old character sets of request bodies (features read bodies themselves): not used.
    ...Object.fromEntries(
      ['inquirer', 'cosmiconfig', 'prettier', 'libphonenumber-js', 'libphonenumber-js/max', 'iconv-lite', 'multer'].map(
        (name) => [name, at('scripts', 'unused-module.cjs')],
      ),
    ),
    // Of its parts only the registry of timers is used.
    '@nestjs/schedule': at('node_modules', '@nestjs', 'schedule', 'dist', 'scheduler.registry.js'),
    // What older fetch code uses in place of Node's own classes, with a table of all of Unicode.
    'whatwg-url': at('scripts', 'node-url.cjs'),
  },
};
const programs = { ...common, entryPoints: [at('dist', 'main.js')], plugins: [lateLibraries, lateParts] };
const bundles = await Promise.all([
  build({ ...programs, outfile: at('dist', 'bundle', 'gateway.js') }),
  build({
    ...programs,
    outfile: at('dist', 'bundle', 'client.js'),
    external: [...common.external, './run-gateway', './local-gateway'],
  }),
  ...[
    ['complete', at('dist', 'cli', 'completion', 'answer-main.js')],
    ['help', at('dist', 'cli', 'help', 'help-main.js')],
  ].map(([name, entry]) => build({ ...common, entryPoints: [entry], outfile: at('dist', 'bundle', `${name}.js`) })),
  ...lateBundles().map(({ name, contents }) =>
    build({
      ...common,
      stdin: { contents, resolveDir: at(), sourcefile: `${name}.js` },
      outfile: at('dist', 'bundle', `${name}.js`),
    }),
  ),
]);
// The loader reads them one byte a character. Texts come out of esbuild in ASCII, regular expressions do not.
for (const name of ['gateway', 'client', 'complete', 'help', ...lateBundles().map(({ name }) => name)]) {
  const file = at('dist', 'bundle', `${name}.js`);
  const code = inAscii(readFileSync(file, 'utf8'));
  // Whatever else runs ends before it could tell the difference.
  writeFileSync(file, name === 'gateway' && hasSlowSpreads() ? withQuickSpreads(code) : code);
}
copyFileSync(at('scripts', 'bundle-loader.cjs'), at('dist', 'bundle', 'loader.js'));
const built = createRequire(import.meta.url);
const { COMMAND_TABLE } = built(at('dist', 'cli', 'command-table.js'));
const { rootHelp } = built(at('dist', 'cli', 'root-help.js'));
const { commandTree } = built(at('dist', 'cli', 'completion', 'command-tree.js'));
const { TREE_FILE } = built(at('dist', 'cli', 'completion', 'command-node.js'));
writeFileSync(at('dist', 'help.txt'), rootHelp());
// Set-ups made for OpenClaw start it by this name.
writeFileSync(at('dist', 'index.js'), "require('../bin/openclaw');\n");
writeFileSync(at('dist', TREE_FILE), JSON.stringify(await commandTree(COMMAND_TABLE)));

// Threads, and what runs in processes of plugins, run from their own files.
const threads = await build({
  entryPoints: filesBelow(at('dist')).filter((file) => /-(thread|plugin-program)\.js$/.test(file)),
  absWorkingDir: at(),
  bundle: true,
  platform: 'node',
  packages: 'external',
  outdir: at('dist', 'bundle'),
  write: false,
  metafile: true,
});
const outside = {
  files: Object.keys(threads.metafile.inputs).sort(),
  packages: [...new Set([...bundles, threads].flatMap(requiredPackages))].sort(),
};
writeFileSync(at('dist', 'bundle', 'outside.json'), JSON.stringify(outside, null, 2));

/** Names of the packages that the output of a build still loads. */
function requiredPackages({ metafile }) {
  return Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, kind }) => external && kind !== 'require-resolve')
    .filter(({ path }) => !path.startsWith('.') && !isBuiltin(path))
    .map(({ path }) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'));
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Program text with each character outside ASCII as an escape, which means the same in texts, expressions and names. */
function inAscii(text) {
  // A backslash before such a character takes nothing from it, but would take the escape apart.
  return text.replace(/(\\*)([^\x00-\x7f])/g, (_, slashes, character) => {
    const kept = slashes.length % 2 === 1 ? slashes.slice(1) : slashes;
    return `${kept}\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

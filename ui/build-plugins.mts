import { createRequire } from 'node:module';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Plugin, runnerImport } from 'vite';

// By its name at run time: Vite puts what this file imports into one file, where a path of its own would be lost.
const { withoutMacros } = createRequire(import.meta.url)('./macros.cjs') as {
  withoutMacros(code: string, filename: string, isFinal: boolean): { code: string; map: never } | undefined;
};

const COMPRESSED = /\.(html|js|css|svg|json)$/;
/** Smaller files are not worth a second one. */
const LEAST_BYTES = 512;

/** Texts in the sources become what looks them up. */
export function macros(): Plugin {
  let isFinal = true;
  return {
    name: 'macros',
    enforce: 'pre',
    configResolved({ isProduction }) {
      isFinal = isProduction;
    },
    transform: {
      filter: { id: /\.tsx?$/ },
      handler: (code, id) => withoutMacros(code, id, isFinal),
    },
  };
}

/** Tells the gateway at which addresses the page is. */
export function addresses(): Plugin {
  return {
    name: 'addresses',
    async generateBundle() {
      const routes = join(dirname(fileURLToPath(import.meta.url)), 'src/shell/routes.ts');
      const { module } = await runnerImport<{ pageNames(): string[] }>(routes, { plugins: [macros()] });
      this.emitFile({ type: 'asset', fileName: 'addresses.json', source: JSON.stringify(module.pageNames()) });
    },
  };
}

/** Where the page begins, as `START` in `src/shell/routes.ts` says. */
const START_VIEW = '/src/views/chats/index.tsx';

/** Its texts, which those of other views are not among. */
const WORDS_OF_START = /\/locales\/(\w+)\/shell\.po$/;

/** Writes into `theme.js` which files the first view consists of, so that the browser asks for them at once. */
export function startFiles(): Plugin {
  let source = '';
  return {
    name: 'start-files',
    apply: 'build',
    configResolved(config) {
      source = join(config.publicDir, 'theme.js');
    },
    async generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
      const start = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(START_VIEW) === true);
      const entry = chunks.find(({ isEntry }) => isEntry);
      if (!start || !entry) throw new Error(`the build has no file for ${START_VIEW}`);
      // What the first script needs itself is named in the page already.
      const known = new Set([entry.fileName, ...entry.imports]);
      const files = [start.fileName, ...start.imports, ...(start.viteMetadata?.importedCss ?? [])];
      const wanted = files.filter((file) => !known.has(file)).map((file) => `./${file}`);
      const words = chunks.flatMap(({ facadeModuleId, fileName }) => {
        const [, language] = WORDS_OF_START.exec(facadeModuleId ?? '') ?? [];
        return language === undefined ? [] : [[language, `./${fileName}`]];
      });
      if (words.length === 0) throw new Error('the build has no texts for the first view');
      const text = await readFile(source, 'utf8');
      this.emitFile({
        type: 'asset',
        fileName: 'theme.js',
        source: text
          .replace('const START = [];', `const START = ${JSON.stringify(wanted)};`)
          .replace('const WORDS = {};', `const WORDS = ${JSON.stringify(Object.fromEntries(words))};`),
      });
    },
  };
}

/** Lays each file down as a browser takes it as well: packed once here instead of at each request. */
export function precompress(): Plugin {
  let folder = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      for (const name of await readdir(folder, { recursive: true })) {
        if (!COMPRESSED.test(name)) continue;
        const content = await readFile(join(folder, name));
        if (content.length < LEAST_BYTES) continue;
        const brotli = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
        await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(content, brotli));
        await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(content, { level: 9 }));
      }
    },
  };
}

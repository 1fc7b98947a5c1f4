import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, posix } from 'node:path';
import ts from 'typescript';
import { addTexts } from './catalogues.mjs';
import { NewError } from './new-error.mjs';
import { wayTo } from './plan.mjs';
import { SourceFile } from './source-file.mjs';

const REFERENCE = 'npm run reference';

/**
 * What each kind makes, and which lines elsewhere lead to it.
 * Each returns what is to be done next, and what is done when the files are written.
 */
export const KINDS = {
  async tool(plan, name) {
    const folder = `src/tools/${name.kebab}`;
    refuseTaken(plan, '.tool.ts', 'AgentTool', name.snake);
    await plan.fill('tool', wordsOf(name, name.snake), folder);
    register(plan, 'src/tools/tools.module.ts', `${name.pascal}Tool`, `./${name.kebab}/${name.kebab}.tool`);
    // Whose words a tool's results are is a promise that is kept as a list.
    const promised = plan.source('test/security/producers.spec.ts');
    promised.addTo(promised.constant('PRODUCERS'), `'${folder.slice(4)}/${name.kebab}.tool.ts': 'tool'`, 'PRODUCERS');
    const lists = promised.find(
      ts.isObjectLiteralExpression,
      (node) => SourceFile.property(node, 'tool') !== undefined && SourceFile.property(node, 'web') !== undefined,
    );
    promised.addSorted(SourceFile.property(lists, 'tool'), name.snake, 'list of tools by origin');
    const called = plan.source('test/tools/every-tool.spec.ts');
    called.addSorted(called.constant('FURTHER'), name.snake, 'FURTHER');
    return { next: [REFERENCE, 'say in @AgentTool what it is for, and whose words its results are'] };
  },

  async method(plan, name, options) {
    refuseTaken(plan, '.rpc.ts', 'RpcMethod', name.given);
    const folder = options.in === undefined ? folderOfArea(plan, name.given) : folderGiven(plan, options.in);
    await plan.fill('method', wordsOf(name, name.given), folder);
    const module = moduleAbove(plan, folder);
    register(plan, module, `${name.pascal}Rpc`, wayTo(posix.dirname(module), `${folder}/${name.kebab}.rpc`));
    return { next: [REFERENCE] };
  },

  async command(plan, name, options) {
    const table = plan.source('src/cli/command-table.ts');
    const entries = table.constant('COMMAND_TABLE');
    if (entries.elements.some((entry) => SourceFile.property(entry, 'name')?.text === name.kebab))
      throw new NewError(`there is a command ${name.kebab} already (src/cli/command-table.ts)`);
    const folder = options.in === undefined ? `src/cli/${name.kebab}` : folderGiven(plan, options.in);
    await plan.fill('command', wordsOf(name, name.kebab), folder);
    table.addTo(
      entries,
      `{ name: '${name.kebab}', summary: 'whether the gateway is well, and its conversations', ` +
        `load: async () => [(await import('${wayTo('src/cli', `${folder}/${name.kebab}.command`)}')).${name.pascal}Command] }`,
      'COMMAND_TABLE',
    );
    return { next: [REFERENCE, 'give it an example in src/cli/help/examples.ts once it takes something'] };
  },

  async channel(plan, name) {
    const folder = `src/channels/${name.kebab}`;
    if (existsSync(plan.at(folder))) throw new NewError(`${folder} is there already; nothing is overwritten`);
    await plan.fill('channel', wordsOf(name, name.kebab), folder);
    const config = plan.source('src/channels/channels.config.ts');
    config.addImport(`${name.pascal}Config`, `./${name.kebab}/${name.kebab}.config`);
    const section = config.find(ts.isClassDeclaration, (node) => node.name?.text === 'ChannelsConfig');
    const key = name.kebab === name.camel ? name.kebab : `'${name.kebab}'`;
    config.addTo(SourceFile.given(section, 'Keys'), `${key}: '${name.title}: files in a folder.'`, 'ChannelsConfig');
    config.addMember(section, `@Opt() @Nested(() => ${name.pascal}Config) ${key}?: ${name.pascal}Config;`);
    const ids = config.constant('KNOWN_CHANNEL_IDS');
    if (!ids.elements.some(({ text }) => text === name.kebab))
      config.addTo(ids, `'${name.kebab}'`, 'KNOWN_CHANNEL_IDS');
    const list = plan.source('src/bootstrap/channel-list.ts');
    list.addImport(`${name.camel}Accounts`, `../channels/${name.kebab}/${name.kebab}-accounts`);
    list.addTo(
      list.constant('CHANNELS'),
      `{ id: '${name.kebab}', load: async (config) => {
        if (${name.camel}Accounts(config).length === 0) return undefined;
        return { module: (await import('../channels/${name.kebab}/${name.kebab}.module')).${name.pascal}Module };
      } }`,
      'CHANNELS',
    );
    // The boot plan is compared with a gateway that has every channel.
    const boot = plan.source('src/bootstrap/boot-plan.spec.ts');
    boot.addTo(boot.constant('channels'), `${key}: { folder: stateDir }`, 'channels');
    return {
      after: () => addTexts(plan.root, ['meanings']),
      next: [
        REFERENCE,
        'what its keys mean stands in English in each language: ui/src/locales/*/meanings.po',
        'docs/how-to/add-a-channel.md says what an adapter can do',
      ],
    };
  },

  async provider(plan, name) {
    const catalog = plan.source('src/agent/providers/model-catalog.ts');
    await plan.fill('provider', wordsOf(name, name.kebab), 'src/agent/providers/catalog');
    catalog.addImport(name.upper, `./catalog/${name.kebab}`);
    catalog.addTo(catalog.constant('MODEL_CATALOG'), name.upper, 'MODEL_CATALOG');
    const keys = plan.source('src/config/provider-keys.ts');
    const known = keys.constant('PROVIDER_KEYS');
    const variable = `${name.upper}_API_KEY`;
    if (!known.elements.some(({ text }) => text === variable)) keys.addTo(known, `'${variable}'`, 'PROVIDER_KEYS');
    const addresses = plan.source('src/agent/providers/models.config.ts');
    addresses.addTo(addresses.constant('PROVIDERS_WITH_ADDRESS'), `'${name.kebab}'`, 'PROVIDERS_WITH_ADDRESS');
    return { next: [REFERENCE, `its address, models and prices: src/agent/providers/catalog/${name.kebab}.ts`] };
  },

  async view(plan, name) {
    const routes = plan.source('ui/src/shell/routes.ts');
    const list = routes.constant('ROUTES');
    for (const route of list.elements) {
      const former = SourceFile.property(route, 'formerly')?.elements ?? [];
      if ([SourceFile.property(route, 'view'), ...former].some((taken) => taken?.text === name.kebab))
        throw new NewError(`"${name.kebab}" leads to a view already (ui/src/shell/routes.ts)`);
    }
    await plan.fill('view', wordsOf(name, name.kebab), `ui/src/views/${name.kebab}`);
    await plan.make(`test/e2e/ui/${name.kebab}.spec.ts`, 'view-e2e/__name__.spec.ts', wordsOf(name, name.kebab));
    routes.addTo(
      list,
      `{ view: '${name.kebab}', words: msg\`${name.title}\`, icon: 'lines', group: 'System' }`,
      'ROUTES',
    );
    return {
      after: () => addTexts(plan.root, ['shell', name.kebab]),
      next: [
        `“${name.title}” stands in English in each language: ui/src/locales/*/${name.kebab}.po and shell.po`,
        'npm run build, then look at it in a narrow and a wide window',
      ],
    };
  },
};

/** @param declared the name that others call it by */
function wordsOf(name, declared) {
  return {
    declared,
    name: name.kebab,
    Name: name.pascal,
    camel: name.camel,
    title: name.title,
    UPPER: name.upper,
    year: String(new Date().getFullYear()),
  };
}

/** Adds a class to the providers of a module. */
function register(plan, module, symbol, from) {
  const source = plan.source(module);
  source.addImport(symbol, from);
  const given = SourceFile.given(source.decorated('Module'), 'Module');
  source.addTo(SourceFile.property(given, 'providers'), symbol, 'providers');
}

/** @throws NewError where the name is declared already */
function refuseTaken(plan, ending, decorator, name) {
  for (const { file, names } of declaredIn(plan, ending, decorator))
    if (names.includes(name)) throw new NewError(`${name} is declared already (${file})`);
}

/** Names that are given to a decorator in the files of an ending. */
function declaredIn(plan, ending, decorator) {
  return readdirSync(plan.at('src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => {
      const path = `src/${file.replaceAll('\\', '/')}`;
      const names = [];
      const visit = (node) => {
        if (ts.isCallExpression(node) && node.expression.getText() === decorator && node.arguments[0]) {
          const declared = SourceFile.property(node.arguments[0], 'name');
          if (declared && ts.isStringLiteralLike(declared)) names.push(declared.text);
        }
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(path, readFileSync(plan.at(path), 'utf8'), ts.ScriptTarget.Latest, true));
      return { file: path, names };
    });
}

/** The folder whose methods begin alike. */
function folderOfArea(plan, method) {
  const area = method.slice(0, method.indexOf('.') + 1);
  const found = declaredIn(plan, '.rpc.ts', 'RpcMethod')
    .filter(({ names }) => names.some((name) => name.startsWith(area)))
    .map(({ file }) => posix.dirname(file));
  const [folder, ...others] = new Set(found);
  if (folder === undefined)
    throw new NewError(`no folder has methods that begin with ${area} yet: say where, with --in src/<folder>`);
  if (others.length > 0)
    throw new NewError(
      `methods that begin with ${area} are in ${[folder, ...others].join(', ')}: say where, with --in`,
    );
  return folder;
}

/** @throws NewError */
function folderGiven(plan, given) {
  const folder = posix.normalize(given.replaceAll('\\', '/')).replace(/\/$/, '');
  if (!folder.startsWith('src/') || !existsSync(plan.at(folder)))
    throw new NewError(`--in must be a folder of src that exists, like src/tasks, got "${given}"`);
  return folder;
}

/** The module that a folder belongs to: its own, or that of the nearest folder above. */
function moduleAbove(plan, folder) {
  for (let at = folder; at !== 'src' && at !== '.'; at = posix.dirname(at)) {
    const modules = readdirSync(plan.at(at)).filter((file) => file.endsWith('.module.ts'));
    const own = modules.find((file) => file === `${basename(at)}.module.ts`) ?? modules[0];
    if (own) return `${at}/${own}`;
  }
  throw new NewError(`no module is in ${folder} or above it: the class could not be registered`);
}

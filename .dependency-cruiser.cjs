// The rules between folders: the layers of scripts/layers.cjs, the order of the page, and who may know what.
const { LAYERS } = require('./scripts/layers.cjs');

const CONTRACTS = '\\.(dto|config)\\.ts$|/agent-tool\\.ts$|/channel-adapter\\.ts$';
const COMMANDS = '\\.command\\.ts$';

const pathOf = (folders) => `^src/(${folders.join('|')})(/|$)`;

const layerRules = LAYERS.flatMap((layer, index) => {
  const above = LAYERS.slice(index + 1).flatMap((upper) => upper.folders);
  const from = { path: pathOf(layer.folders), pathNot: [COMMANDS] };
  const rules = [];
  if (above.length > 0) {
    rules.push({
      name: `${layer.name}-import-nothing-above`,
      comment: 'Invert the need: declare a token or an event here and provide it above.',
      severity: 'error',
      from,
      to: { path: pathOf(above), pathNot: [CONTRACTS] },
    });
  }
  if (!layer.within) {
    for (const folder of layer.folders) {
      const others = layer.folders.filter((other) => other !== folder);
      rules.push({
        name: `${layer.name}-side-by-side: ${folder.replace(/\(.*/, '')}`,
        severity: 'error',
        from: { path: pathOf([folder]), pathNot: [COMMANDS] },
        to: { path: pathOf(others), pathNot: [CONTRACTS] },
      });
    }
  }
  return rules;
});

/** The ground has an order of its own: each may import those before it. */
const GROUND = ['config', 'logging', 'storage', 'events'];
const groundRules = GROUND.slice(0, -1).map((folder, index) => ({
  name: `ground-order: ${folder}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: pathOf(GROUND.slice(index + 1)), pathNot: [CONTRACTS] },
}));

/** The page: views know of nothing but what is below them, and of each other not at all. */
const PAGE = ['loading', 'text', 'gateway', 'words', 'kit', 'shell'];
const pageRules = [
  ...PAGE.slice(0, -1).map((folder, index) => ({
    name: `page-order: ${folder}`,
    severity: 'error',
    from: { path: `^ui/src/${folder}/` },
    to: { path: `^ui/src/(${[...PAGE.slice(index + 1), 'views'].join('|')})/` },
  })),
  {
    name: 'page-views-alone',
    severity: 'error',
    from: { path: '^ui/src/views/([^/]+)/' },
    to: { path: '^ui/src/(views|shell)/', pathNot: '^ui/src/views/$1/' },
  },
  {
    name: 'page-one-reader-of-text',
    severity: 'error',
    from: { path: '^ui/', pathNot: '^ui/src/text/' },
    to: { path: 'node_modules/marked/' },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'no-barrels', severity: 'error', from: {}, to: { path: '^src/.*/index\\.ts$' } },
    {
      name: 'gateway-knows-only-ground',
      comment: 'The gateway carries methods of features that it does not know.',
      severity: 'error',
      from: { path: '^src/gateway/', pathNot: [COMMANDS] },
      to: { path: pathOf([...LAYERS[2].folders, ...LAYERS[3].folders]), pathNot: [CONTRACTS] },
    },
    {
      name: 'commands-are-clients',
      comment:
        'A command talks to the gateway; it does not load it. Run and doctor load what they need when they are called.',
      severity: 'error',
      from: { path: COMMANDS },
      to: { path: '\\.(module|service|store|rpc)\\.ts$', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'contracts-stay-light',
      severity: 'error',
      from: { path: '^src/(common|rpc)/', pathNot: ['^src/common/cli/', '\\.spec\\.ts$'] },
      to: { path: '^src/(?!common/|rpc/)' },
    },
    {
      name: 'no-tests-in-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(spec|contract)\\.ts$' },
      to: { path: '^test/|\\.spec\\.ts$' },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(spec|contract)\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    ...pageRules,
    ...groundRules,
    ...layerRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'node', 'default', 'types'] },
  },
};

// Time and memory of reading 1,000 skills beside the bundled ones. Prints JSON: {ms, MiB, skills}.
// Run with --expose-gc. usage: skill-scan.cjs <empty folder>
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const dist = (...path) => require(join(__dirname, '..', '..', 'dist', ...path));
require('reflect-metadata');
const { Environment } = dist('config', 'environment.js');
const { SkillLibrary } = dist('skills', 'catalog', 'skill-library.js');

const root = process.argv[2];
for (let number = 0; number < 1000; number++) {
  const folder = join(root, 'workspace', 'skills', `skill-${number}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'SKILL.md'),
    `---\nname: skill-${number}\ndescription: Does number ${number} of many things. Use when somebody asks for it by that number.\nmetadata: { "openclaw": { "emoji": "x", "requires": { "bins": ["program-${number % 50}"], "env": ["KEY_${number}"] } } }\n---\n\n${'How it is done, in some detail.\n'.repeat(60)}`,
  );
}
const make = () =>
  new SkillLibrary({
    env: new Environment(process.env),
    stateDir: join(root, 'state'),
    config: () => ({}),
    workspaceOf: () => join(root, 'workspace'),
  });
const read = async (library) => {
  await library.scan('main');
  return library.shelfOf('main').skills.map((skill) => library.judge(skill));
};

(async () => {
  // Code is compiled once; what is measured is a rescan of everything by a library that knows nothing yet.
  await read(make());
  global.gc();
  const before = process.memoryUsage();
  const library = make();
  const start = performance.now();
  const skills = await read(library);
  const ms = performance.now() - start;
  global.gc();
  const after = process.memoryUsage();
  const MiB = (after.heapUsed + after.external - before.heapUsed - before.external) / 1048576;
  process.stdout.write(JSON.stringify({ ms, MiB, skills: skills.length }));
})();

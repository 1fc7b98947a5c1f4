'use strict';
// Calls one function of a hook in a process of its own. What to do comes on the standard input, its variables included, which
// other users of the machine would see among the arguments. The answer is the line on the standard output that begins with a
// record separator (RFC 7464); everything else is the handler's log.
const { pathToFileURL } = require('node:url');

const out = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
const tell = (answer, code) => out(`\x1e${JSON.stringify(answer)}\n`, () => process.exit(code));

async function call(text) {
  const { file, name, input, env } = JSON.parse(text);
  for (const key of Object.keys(process.env)) delete process.env[key];
  Object.assign(process.env, env);
  const loaded = await import(pathToFileURL(file).href);
  const handler = [loaded[name], loaded.default?.[name], loaded.default].find((each) => typeof each === 'function');
  if (!handler) throw new Error(`it exports no function ${name}`);
  return (await handler(input)) ?? null;
}

let text = '';
process.stdin
  .setEncoding('utf8')
  .on('data', (chunk) => (text += chunk))
  .on('end', () =>
    call(text).then(
      (value) => tell({ ok: true, value }, 0),
      (error) => tell({ ok: false, error: String(error?.message ?? error) }, 1),
    ),
  );

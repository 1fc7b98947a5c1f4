import { SubCommand } from 'nest-commander';
import { CliCommand, type JsonOptions } from '../common/cli/cli-command';
import { printFacts, printJson } from '../common/cli/output';
import { nearestName } from '../common/nearest-name';
import { OpenclawError } from '../common/openclaw-error';
import { valueAt } from '../common/plain-object';
import { ConfigFiles } from './config-files';
import { originOf } from './config-origins';
import { type ConfigPath, formatConfigPath, parseConfigPath } from './config-path';
import { Environment } from './environment';
import { type SchemaNode, schemaNodeAt } from './schema-node';
import { redactConfig } from './sensitive-paths';

@SubCommand({
  name: 'explain',
  arguments: '<path>',
  description: 'one key: what it means, its value, where that comes from, and what a change takes',
})
export class ConfigExplainCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  run([text = '']: string[], options: JsonOptions): Promise<void> {
    const path = parseConfigPath(text);
    const node = nodeFor(path);
    if (!node) throw unknownKey(path);
    const snapshot = new ConfigFiles(this.env).load();
    const value = redactConfig(valueAt(snapshot.config, path), snapshot.secrets, path);
    const { description, default: standard, ...shape } = node.schema;
    const facts = {
      path: formatConfigPath(path),
      meaning: node.hint?.help ?? description,
      type: shape['enum'] ?? shape['type'],
      default: standard,
      value,
      from: value === undefined ? undefined : originOf(snapshot, path),
      change: node.hint?.idle ? 'accepted, without effect' : node.hint?.reload,
      keys: node.children.length === 0 ? undefined : node.children.map(({ key }) => key),
    };
    if (options.json) printJson(facts);
    else
      printFacts({
        Key: facts.path,
        Meaning: facts.meaning,
        Type: Array.isArray(facts.type) ? facts.type.join(', ') : facts.type,
        Default: facts.default,
        Value: facts.value ?? '(not set)',
        'Comes from': facts.from,
        'A change takes': facts.change,
        Below: facts.keys?.join(', '),
      });
    return Promise.resolve();
  }
}

@SubCommand({ name: 'config', arguments: '<path>', description: 'the same as "config explain"' })
export class ExplainConfigCommand extends ConfigExplainCommand {
  constructor(env: Environment) {
    super(env);
  }
}

/** What the schema says of a key, or of the value that it is a part of where that takes several forms. */
function nodeFor(path: ConfigPath): SchemaNode | undefined {
  for (let known = path.length; known > 0; known--) {
    const node = schemaNodeAt(formatConfigPath(path.slice(0, known)));
    if (node) return known === path.length || node.schema['type'] === undefined ? node : undefined;
  }
  return undefined;
}

/** Names what there is where the path goes wrong. */
function unknownKey(path: readonly (string | number)[]): OpenclawError {
  let known = path.length;
  while (known > 0 && !schemaNodeAt(formatConfigPath(path.slice(0, known)))) known--;
  const names = schemaNodeAt(formatConfigPath(path.slice(0, known)))?.children.map(({ key }) => key) ?? [];
  const near = nearestName(String(path[known]), names);
  const hint = near === undefined ? `there are: ${names.join(', ') || 'none'}` : `did you mean "${near}"?`;
  return new OpenclawError(
    'CONFIG_KEY_UNKNOWN',
    `there is no key "${String(path[known])}" in ${known === 0 ? 'the configuration' : formatConfigPath(path.slice(0, known))}; ${hint}`,
  );
}

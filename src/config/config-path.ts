import { OpenclawError } from '../common/openclaw-error';
import { ExitCode } from '../common/exit-codes';

export type ConfigPath = (string | number)[];

/**
 * Reads a path such as `gateway.port`, `agents.list[0].id` or `models.providers["my.host"].baseUrl`.
 * @throws OpenclawError CONFIG_PATH_INVALID
 */
export function parseConfigPath(text: string): ConfigPath {
  const path: ConfigPath = [];
  const token = /\[(\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]|(?:^|\.)([^.[\]]+)/y;
  let position = 0;
  while (position < text.length) {
    token.lastIndex = position;
    const match = token.exec(text);
    if (!match) throw invalidPath(text);
    path.push(match[1] !== undefined ? Number(match[1]) : (match[2] ?? match[3] ?? match[4] ?? ''));
    position = token.lastIndex;
  }
  if (path.length === 0) throw invalidPath(text);
  return path;
}

export function formatConfigPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number' || /^\d+$/.test(key)) text += `[${key}]`;
    else if (/^[^.[\]"']+$/.test(key)) text += text === '' ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}

function invalidPath(text: string): OpenclawError {
  return new OpenclawError(
    'CONFIG_PATH_INVALID',
    `${JSON.stringify(text)} is no configuration path; write it like gateway.port, agents.list[0].id or models.providers["a.b"].baseUrl`,
    { exitCode: ExitCode.usage },
  );
}

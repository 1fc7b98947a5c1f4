import { existsSync, statSync } from 'node:fs';
import { commandLine } from '../../common/cli/own-commands';
import { silentLogger } from '../../common/logger';
import { whyUnreachable } from '../../common/net/reach';
import { messageOf } from '../../common/openclaw-error';
import { MIGRATIONS } from '../../storage/migrations/migration-list';
import { SqliteFile } from '../../storage/sqlite-file';
import { sqlitePath } from '../../storage/sqlite-path';
import { type DoctorCheck, type DoctorFacts, type DoctorFinding, note, problem } from './finding';

const CONNECT_MS = 2000;
const REDIS_PORT = 6379;
const LARGE_LOG_BYTES = 64 * 1024 * 1024;

/** The database: whether it is sound, or where it is a server, whether that answers. */
export const checkStorage: DoctorCheck = async (facts) => [
  ...(facts.env.get('OPENCLAW_DATABASE_URL') === undefined ? checkFile(facts) : await checkPostgres(facts)),
  ...(await checkRedis(facts)),
];

function checkFile({ stateDir, gatewayPid }: DoctorFacts): DoctorFinding[] {
  const path = sqlitePath(stateDir);
  if (!existsSync(path)) return [];
  const restore = `bring a backup back: ${commandLine('backup restore <archive>')}; the damaged file is kept`;
  if (statSync(path).size === 0 && !existsSync(`${path}-wal`))
    return [problem('database.damaged', `${path} is empty`, restore)];
  try {
    const file = new SqliteFile(path, { readOnly: true });
    try {
      const rows = file.pragma('quick_check(5)').map((row) => String(Object.values(row)[0]));
      if (rows.length !== 1 || rows[0] !== 'ok')
        return [problem('database.damaged', `${path} is damaged: ${rows.join('; ')}`, restore)];
      const unknown = unknownMigrations(file);
      if (unknown.length > 0)
        return [
          problem(
            'database.too_new',
            `${path} was written by a newer release (${unknown.join(', ')}): this one does not start with it`,
            `${commandLine('update')}, or bring a backup of before back: ${commandLine('backup restore <archive>')}`,
          ),
        ];
    } finally {
      file.close();
    }
  } catch (error) {
    return [problem('database.damaged', `${path} can't be read: ${messageOf(error)}`, restore)];
  }
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  // A running gateway takes it in by itself.
  return log > LARGE_LOG_BYTES && gatewayPid === undefined
    ? [
        note(
          'database.large_log',
          `${path}-wal holds ${Math.round(log / 1024 / 1024)} MB that are not taken in yet`,
          `start the gateway once: ${commandLine('gateway run')}`,
        ),
      ]
    : [];
}

function unknownMigrations(file: SqliteFile): string[] {
  if (!file.prepare("select 1 from sqlite_master where name = 'schema_migrations'").get()) return [];
  const done = file.prepare('select name from schema_migrations order by name').all() as { name: string }[];
  return done.map(({ name }) => name).filter((name) => !MIGRATIONS.some((known) => known.name === name));
}

async function checkPostgres({ env }: DoctorFacts): Promise<DoctorFinding[]> {
  const text = env.get('OPENCLAW_DATABASE_URL') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol))
    return [
      problem(
        'database.address',
        `OPENCLAW_DATABASE_URL is not an address of a PostgreSQL server${url ? ` (${url.protocol.replace(':', '')})` : ''}`,
        'write postgresql://user:password@host:5432/database, or unset it for SQLite',
      ),
    ];
  try {
    const { openPostgres } = await import('../../storage/postgres-connection');
    const { read, write } = await openPostgres(text, silentLogger);
    await Promise.all([read.destroy(), write.destroy()]);
    return [];
  } catch (error) {
    return [problem('database.unreachable', messageOf(error), 'start the server, or correct OPENCLAW_DATABASE_URL')];
  }
}

/** Without Redis replicas are slower; that is worth knowing where somebody set it up. */
async function checkRedis({ env }: DoctorFacts): Promise<DoctorFinding[]> {
  const text = env.get('OPENCLAW_REDIS_URL');
  if (text === undefined) return [];
  if (!URL.canParse(text))
    return [problem('redis.address', 'OPENCLAW_REDIS_URL is not an address', 'write redis://host:6379')];
  const { hostname, port } = new URL(text);
  const fault = await whyUnreachable(hostname, port === '' ? REDIS_PORT : Number(port), CONNECT_MS);
  return fault === undefined
    ? []
    : [
        problem(
          'redis.unreachable',
          `nobody answers at ${hostname}: ${fault}`,
          'start it, or unset OPENCLAW_REDIS_URL',
        ),
      ];
}

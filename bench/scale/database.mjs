import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Runs `work` with the address of a new database of this server, which is dropped afterwards. */
export async function withDatabase(server, work) {
  const name = `openclaw_scale_${randomBytes(6).toString('hex')}`;
  await ask(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  try {
    return await work(url.href);
  } finally {
    await ask(server, `drop database ${name} with (force)`);
  }
}

/** @returns the rows of one statement, over a connection of its own */
export async function ask(url, text) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

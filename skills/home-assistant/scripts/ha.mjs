#!/usr/bin/env node
// Home Assistant's REST interface. usage: ha.mjs states [WORDS] | state ENTITY | services DOMAIN | call DOMAIN.SERVICE ENTITY[,ENTITY] [JSON] | history ENTITY [HOURS]
import http from 'node:http';
import https from 'node:https';

const USAGE =
  'usage: ha.mjs states [WORDS] | state ENTITY | services DOMAIN | call DOMAIN.SERVICE ENTITY[,ENTITY] [JSON] | history ENTITY [HOURS]';
const WAIT_MS = 15_000;
const ENTITY = /^[a-z_]+\.[a-z0-9_]+$/;

async function main() {
  const [command, ...args] = process.argv.slice(2);
  const known = { states, state, services, call, history };
  if (!Object.hasOwn(known, command ?? '')) throw new Error(USAGE);
  await known[command](...args);
}

function ask(method, path, body) {
  const { HA_URL, HA_TOKEN } = process.env;
  if (!URL.canParse(HA_URL ?? ''))
    throw new Error('HA_URL must be the address of Home Assistant, such as http://192.168.1.20:8123');
  if (!HA_TOKEN)
    throw new Error('HA_TOKEN is not set: a long-lived access token from the profile page of Home Assistant');
  const url = new URL(`${HA_URL.replace(/\/$/, '')}/api/${path}`);
  const send = { 'http:': http, 'https:': https }[url.protocol];
  if (!send) throw new Error(`HA_URL begins with ${url.protocol}; it must be http or https`);
  const content = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = send.request(
      url,
      {
        method,
        timeout: WAIT_MS,
        headers: { authorization: `Bearer ${HA_TOKEN}`, ...(content ? { 'content-type': 'application/json' } : {}) },
      },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 401)
            return reject(new Error('Home Assistant does not take the token in HA_TOKEN'));
          if (response.statusCode === 404) return reject(new Error(`Home Assistant knows no ${path}`));
          if (response.statusCode >= 300)
            return reject(new Error(`Home Assistant answers ${response.statusCode}: ${text.slice(0, 300)}`));
          try {
            resolve(JSON.parse(text));
          } catch {
            reject(new Error(`${url.origin} gives no JSON; is that Home Assistant?`));
          }
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error(`${url.origin} did not answer within ${WAIT_MS / 1000} s`)));
    request.on('error', (error) => reject(new Error(`${url.origin}: ${error.message}`)));
    request.end(content);
  });
}

const line = ({ entity_id: id, state: value, attributes = {} }) =>
  [
    id,
    `${value}${attributes.unit_of_measurement ? ` ${attributes.unit_of_measurement}` : ''}`,
    attributes.friendly_name ?? '',
  ].join('\t');

async function states(...words) {
  const all = await ask('GET', 'states');
  const fitting = all.filter((each) => words.every((word) => line(each).toLowerCase().includes(word.toLowerCase())));
  console.log(fitting.map(line).sort().join('\n') || `none of ${all.length} entities fits`);
}

async function state(entity) {
  console.log(JSON.stringify(await ask('GET', `states/${checked(entity)}`), null, 1));
}

function checked(entity) {
  if (!ENTITY.test(entity ?? ''))
    throw new Error(`"${entity ?? ''}" is not an entity; such as light.desk (ha.mjs states lists them)`);
  return entity;
}

async function services(domain) {
  if (!domain) throw new Error(USAGE);
  const found = (await ask('GET', 'services')).find((each) => each.domain === domain);
  if (!found) throw new Error(`there are no services of "${domain}"`);
  for (const [name, { description = '', fields = {} }] of Object.entries(found.services))
    console.log(`${domain}.${name}\t${description}\t${Object.keys(fields).join(' ')}`);
}

async function call(service, entities, json) {
  const [domain, name, more] = (service ?? '').split('.');
  if (!domain || !name || more !== undefined || !entities) throw new Error(USAGE);
  const ids = entities.split(',').map(checked);
  // A service that nobody has would be answered as one that does nothing.
  for (const id of ids) await ask('GET', `states/${id}`);
  const changed = await ask('POST', `services/${domain}/${name}`, {
    ...(json ? JSON.parse(json) : {}),
    entity_id: ids,
  });
  const told = Array.isArray(changed) ? changed : [];
  console.log(told.length > 0 ? told.map(line).join('\n') : 'accepted; no state has changed (yet)');
}

async function history(entity, hours = '24') {
  const count = Number(hours);
  if (!(count > 0 && count <= 24 * 31)) throw new Error('HOURS is a number up to 744');
  const from = new Date(Date.now() - count * 3_600_000).toISOString();
  const [list = []] = await ask(
    'GET',
    `history/period/${from}?filter_entity_id=${checked(entity)}&minimal_response&no_attributes`,
  );
  for (const each of list)
    console.log(`${(each.last_changed ?? each.last_updated ?? '').slice(0, 19).replace('T', ' ')}\t${each.state}`);
  if (list.length === 0) console.log('nothing recorded in that time');
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

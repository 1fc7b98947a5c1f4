import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Entity {
  entity_id: string;
  state: string;
  attributes: Record<string, unknown>;
  last_changed: string;
}

/** Home Assistant's REST interface on loopback, as far as it is documented: wants its token, knows its entities. */
export class FakeHomeAssistant {
  readonly token = 'ha-long-lived-token';
  readonly entities = new Map<string, Entity>();
  readonly calls: { service: string; data: Record<string, unknown> }[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
    this.set('light.desk', 'off', { friendly_name: 'Desk lamp' });
    this.set('light.shelf', 'off', { friendly_name: 'Shelf' });
    this.set('sensor.bath_humidity', '61', { friendly_name: 'Bath', unit_of_measurement: '%' });
  }

  static async start(): Promise<FakeHomeAssistant> {
    const fake = new FakeHomeAssistant();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private set(id: string, state: string, attributes: Record<string, unknown>): Entity {
    const entity = { entity_id: id, state, attributes, last_changed: '2026-11-28T08:00:00+00:00' };
    this.entities.set(id, entity);
    return entity;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (request.headers.authorization !== `Bearer ${this.token}`) return answer(401, { message: '401: Unauthorized' });
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const [, first, second, third] = pathname.replace(/^\/api/, '').split('/');
    if (request.method === 'GET' && first === 'states' && second === undefined)
      return answer(200, [...this.entities.values()]);
    if (request.method === 'GET' && first === 'states') {
      const entity = this.entities.get(second ?? '');
      return entity ? answer(200, entity) : answer(404, { message: 'Entity not found.' });
    }
    if (request.method === 'GET' && first === 'services')
      return answer(200, [
        { domain: 'light', services: { turn_on: { description: 'Turns on', fields: { brightness_pct: {} } } } },
      ]);
    if (request.method === 'GET' && first === 'history') {
      const wanted = searchParams.get('filter_entity_id');
      if (wanted === null) return answer(400, { message: 'filter_entity_id is missing' });
      if (Number.isNaN(Date.parse(third ?? ''))) return answer(400, { message: 'Invalid datetime' });
      const { state, last_changed: at } = this.entities.get(wanted) ?? {};
      return answer(200, state === undefined ? [] : [[{ state, last_changed: at }]]);
    }
    if (request.method === 'POST' && first === 'services') {
      if (second !== 'light' || third !== 'turn_on') return answer(400, { message: 'Service not found' });
      const data = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { entity_id?: string[] };
      this.calls.push({ service: `${second}.${third}`, data: data as Record<string, unknown> });
      const changed = (data.entity_id ?? []).flatMap((id) => {
        const entity = this.entities.get(id);
        return entity && entity.state !== 'on' ? [this.set(id, 'on', entity.attributes)] : [];
      });
      return answer(200, changed);
    }
    answer(405, { message: `${request.method} ${pathname} is not allowed` });
  }
}

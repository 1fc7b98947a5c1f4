import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { McpRun, McpToolFacts } from './mcp-tool';

/** Pages of each list that are read in a call. */
const MOST_PAGES = 10;

const list: McpRun = async (client, _, options) => {
  const links: object[] = [];
  for (const each of [resourcesOf, templatesOf])
    links.push(...(await pages((cursor) => each(client, cursor, options))));
  return links.length === 0 ? { structuredContent: { resources: [] } } : { content: links };
};

type Options = Parameters<McpRun>[2];
interface Page {
  links: object[];
  nextCursor?: string | undefined;
}

async function resourcesOf(client: Client, cursor: { cursor?: string }, options: Options): Promise<Page> {
  const { resources, nextCursor } = await client.listResources(cursor, options);
  return { links: resources.map((each) => ({ ...each, type: 'resource_link' })), nextCursor };
}

/** Addresses with places to fill in; many servers have no such list. */
async function templatesOf(client: Client, cursor: { cursor?: string }, options: Options): Promise<Page> {
  try {
    const { resourceTemplates, nextCursor } = await client.listResourceTemplates(cursor, options);
    return {
      links: resourceTemplates.map((each) => ({ ...each, type: 'resource_link', uri: each.uriTemplate })),
      nextCursor,
    };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return { links: [] };
  }
}

async function pages(read: (cursor: { cursor?: string }) => Promise<Page>): Promise<object[]> {
  const links: object[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { links: more, nextCursor } = await read(cursor === undefined ? {} : { cursor });
    links.push(...more);
    cursor = nextCursor;
    if (cursor === undefined) break;
  }
  return links;
}

/** What a server offers to be read beside its tools, as two tools more. */
export const RESOURCE_TOOLS: readonly McpToolFacts[] = [
  {
    name: 'list_resources',
    description: 'Lists the resources that this server offers, with their addresses.',
    inputSchema: { type: 'object', properties: {} },
    annotations: { readOnlyHint: true },
    run: list,
  },
  {
    name: 'read_resource',
    description: 'Reads a resource of this server by its address.',
    inputSchema: {
      type: 'object',
      properties: { uri: { type: 'string', description: 'Address of the resource, as it is listed or linked.' } },
      required: ['uri'],
    },
    annotations: { readOnlyHint: true },
    run: async (client, { uri }, options) => {
      const { contents } = await client.readResource({ uri: String(uri) }, options);
      return { content: contents };
    },
  },
];

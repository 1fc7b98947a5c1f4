import fc from 'fast-check';
import { Attachments } from './attachments';

const withLimit = (mediaMaxMb?: number): Attachments =>
  new Attachments(
    {} as never,
    { config: { agents: { defaults: { ...(mediaMaxMb ? { mediaMaxMb } : {}) } } } } as never,
    { keep: (name: string) => Promise.resolve({ path: `inbox/${name}` }) } as never,
  );
const attachments = withLimit();
const read = (attachment: unknown): Promise<unknown> =>
  attachments
    .read([attachment], { agentId: 'main', sessionKey: 's', isOwner: true })
    .then(({ texts, images }) => [...texts, ...images]);
const content = Buffer.from('words of the file').toString('base64');
const refused = (attachment: unknown): Promise<string> =>
  read(attachment).then(
    () => '',
    (error: Error) => error.message,
  );

describe('attachments of connected clients', () => {
  it.each([
    [{ content }],
    [{ type: 'file', mimeType: 'text/plain', fileName: 'a.txt', content }],
    [{ type: 'text/plain', content, size: 17, id: 'x1', width: 0, lastModified: 7 }],
    [{ type: null, content, caption: '', alt: null }],
  ])('%j is read', async (attachment) => {
    expect(await read(attachment)).toEqual([expect.objectContaining({ text: 'words of the file' })]);
  });

  it.each([
    [{ content, caption: 'a cat' }, 'attachments[0].caption is unknown'],
    [{ content, source: { data: content } }, 'attachments[0].source is unknown'],
    [{ type: 'location', content }, 'attachments[0].type is "location"'],
    [{ type: 7, content }, 'attachments[0].type is 7'],
    [{ url: 'https://a.example/b.png' }, 'attachments[0].url is unknown'],
    [{ type: 'image' }, 'attachments[0] must have "content"'],
    ['words', 'attachments[0] must be an object'],
    [{ content: 'no base64!' }, 'attachments[0].content is not base64'],
  ])('%j is refused, and the field is named', async (attachment, said) => {
    expect(await refused(attachment)).toContain(said);
  });

  it('are taken up to the size that clients are told of, or that the configuration names; the error says which', async () => {
    const large = Buffer.from('x'.repeat(6 * 1024 * 1024)).toString('base64');
    const account = { agentId: 'main', sessionKey: 's', isOwner: true };
    expect((await attachments.read([{ content: large }], account)).texts).toHaveLength(1);
    await expect(withLimit(1).read([{ content: large }], account)).rejects.toThrow(
      'has 6291456 bytes; at most 1048576 are taken (agents.defaults.mediaMaxMb)',
    );
    const larger = Buffer.alloc(21 * 1024 * 1024, 'x').toString('base64');
    await expect(attachments.read([{ content: larger }], account)).rejects.toThrow('at most 20971520 are taken');
  });

  it('with anything that would be lost are refused by name', async () => {
    const name = fc.string({ minLength: 1 }).filter((field) => !(field in Object.prototype));
    await fc.assert(
      fc.asyncProperty(name, fc.string({ minLength: 1 }), async (field, value) => {
        fc.pre(
          !'type mimeType fileName content id size sizeBytes width height durationMs lastModified'
            .split(' ')
            .includes(field),
        );
        expect(await refused({ content, [field]: value })).toContain(`attachments[0].${field} is unknown`);
      }),
    );
  });

  it('have names of one line', async () => {
    expect(await read({ content, fileName: '../..\n/evil\u202e "name"' })).toEqual([
      expect.objectContaining({ name: '../.. /evil "name"' }),
    ]);
  });
});

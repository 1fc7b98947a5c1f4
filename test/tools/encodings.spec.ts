import { readFileSync, writeFileSync } from 'node:fs';
import { ToolBench } from '../harness/tool-bench';

describe('files in the encodings of the world', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = await ToolBench.start({ config: { tools: { exec: { applyPatch: { enabled: true } } } } });
  });
  afterAll(() => bench.stop());

  const put = (name: string, bytes: Buffer): void => writeFileSync(bench.workspace(name), bytes);
  const bytesOf = (name: string): Buffer => readFileSync(bench.workspace(name));
  const wide = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
  const patch = (name: string, from: string, to: string): Promise<string> =>
    bench.call('apply_patch', {
      input: `*** Begin Patch\n*** Update File: ${name}\n@@\n-${from}\n+${to}\n*** End Patch`,
    });

  it.each([
    ['UTF-16 with its mark', wide('Name,Straße\r\nJosé,München\r\n'), 'José,München', 'utf-16le'],
    ['big-endian UTF-16', wide('Name,Straße\r\n').swap16(), 'Straße', 'utf-16be'],
    ['Latin-1', Buffer.from('caf\xe9 na\xefve\n', 'latin1'), 'café naïve', 'windows-1252'],
    ['a Russian code page', Buffer.from('cff0e8e2e5f22c20eae0ea20e4e5ebe03f0a', 'hex'), 'Привет', 'windows-1251'],
    ['UTF-8 with a mark', Buffer.from('\ufeffGröße\n'), 'Größe', ''],
  ])('%s is read, and named where it is not UTF-8', async (_, bytes, text, name) => {
    put('it.txt', bytes);
    const told = await bench.call('read', { path: 'it.txt' });
    expect(told).toContain(text);
    expect(told).toContain(name);
    expect(told).not.toContain('\ufeff');
    expect(await bench.call('grep', { pattern: text.slice(0, 4) })).toContain('it.txt');
  });

  it('lines are counted in the file, whatever is said of it', async () => {
    put('it.txt', wide('one\r\nzwö\r\nthree\r\n'));
    const told = await bench.call('read', { path: 'it.txt', offset: 2, limit: 1 });
    expect(told).toMatch(/^\[written in utf-16le\]\nzwö/);
  });

  it.each([
    ['Latin-1', Buffer.from('caf\xe9 na\xefve\nsame\n', 'latin1'), Buffer.from('CAF\xe9 na\xefve\nsame\n', 'latin1')],
    ['UTF-16', wide('café na\r\nsame\r\n'), wide('CAFé na\r\nsame\r\n')],
    ['mixed line ends', Buffer.from('caf na\r\nsame\nlast'), Buffer.from('CAF na\r\nsame\nlast')],
    ['UTF-8 with a mark', Buffer.from('\ufeffcaf\r\n'), Buffer.from('\ufeffCAF\r\n')],
  ])('edit keeps encoding, mark and line ends of %s', async (_, before, after) => {
    put('it.txt', before);
    expect(await bench.call('edit', { path: 'it.txt', oldText: 'caf', newText: 'CAF' })).toContain('Changed');
    expect(bytesOf('it.txt')).toEqual(after);
  });

  it.each([
    ['Latin-1', Buffer.from('caf\xe9\nsame\n', 'latin1'), Buffer.from('caf\xe9\nother\n', 'latin1')],
    ['UTF-16', wide('café\r\nsame\r\n'), wide('café\r\nother\r\n')],
    ['mixed line ends', Buffer.from('a\nsame\r\nb\nlast'), Buffer.from('a\nother\r\nb\nlast')],
  ])('apply_patch keeps them, too: %s', async (_, before, after) => {
    put('it.txt', before);
    expect(await patch('it.txt', 'same', 'other')).toContain('Applied');
    expect(bytesOf('it.txt')).toEqual(after);
  });

  it('new lines have the line ends of their place', async () => {
    put('it.txt', Buffer.from('one\r\ntwo\r\nthree\n'));
    await bench.call('edit', { path: 'it.txt', oldText: 'two', newText: 'two\nand a half' });
    expect(bytesOf('it.txt').toString()).toBe('one\r\ntwo\r\nand a half\r\nthree\n');
  });

  it('what the file has no place for, and what is no text, is refused and nothing changed', async () => {
    const latin = Buffer.from('caf\xe9\nsame\n', 'latin1');
    put('it.txt', latin);
    expect(await bench.call('edit', { path: 'it.txt', oldText: 'same', newText: '京都' })).toContain('has no "京"');
    expect(await patch('it.txt', 'same', '京都')).toContain('windows-1252');
    expect(bytesOf('it.txt')).toEqual(latin);
    const binary = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3, 0xff, 0xfe, 0, 0]);
    put('it.bin', binary);
    expect(await bench.call('edit', { path: 'it.bin', oldText: 'ELF', newText: 'elf' })).toContain('without loss');
    expect(bytesOf('it.bin')).toEqual(binary);
  });
});
